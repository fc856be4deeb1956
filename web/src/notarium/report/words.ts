// Everything a report says, in English and in Chinese, side by side: the command line's own table, row by row.
//
// The ids are the rows' names in the report's JSON. A unit test holds this table equal to src/report/words.rs. `{name}` marks
// a place for a value; both texts of a row have the same places.

export type Language = 'en' | 'zh';

export const WORDS = {
  // Verdicts and what each means.
  match: ['match', '一致'],
  mismatch: ['mismatch', '不一致'],
  undetermined: ['undetermined', '无法判定'],
  'not-deposited': ['not deposited', '未存证'],
  'match-means': ['Every check from 1 to 7 was made and passed.', '第1至7项核验均已进行并通过。'],
  'mismatch-means': ['At least one check that was made failed: {steps}.', '至少一项已进行的核验未通过：{steps}。'],
  'undetermined-means': ['No check failed, but not all of them could be made: {steps}.', '没有核验项未通过，但并非全部核验均能进行：{steps}。'],
  'not-deposited-means': ['A complete replay found no open deposit of this evidence.', '经全链重放，未见该证据的明文存证。'],
  check: ['check {step}', '第{step}项'],
  passed: ['passed', '通过'],
  failed: ['failed', '未通过'],
  'not-made': ['not made', '未进行'],

  // The steps.
  'step-receipt': ['receipt', '存证回执'],
  'step-evidence': ['evidence', '证据指纹'],
  'step-signature': ['submitter', '存证人签名'],
  'step-disclosure': ['disclosure', '披露内容'],
  'step-log': ['checkpoint', '检查点签名'],
  'step-witnesses': ['witnesses', '见证人'],
  'step-inclusion': ['inclusion', '包含证明'],
  'step-ledger': ['ledger', '账本查询'],

  // Step 1.
  'index-equal': ['the receipt parses; its index line and its entry both say {index}', '回执可解析；回执编号行与条目中的编号均为 {index}'],
  'index-differs': ["the receipt's index line says {line}, its entry says {entry}", '回执编号行为 {line}，而条目中的编号为 {entry}'],
  'receipt-not-given': ['no receipt was given', '未提供回执'],
  'receipt-not-parsed': ['the receipt does not parse ({code}): {error}', '回执无法解析（{code}）：{error}'],
  'entry-not-understood': ['not understood: {error}', '无法理解：{error}'],

  // Steps 2 to 4.
  'evidence-equal': [
    'SHA-256, SM3 and length ({length} bytes) equal the deposited ones',
    'SHA-256、SM3 与长度（{length} 字节）均与存证一致',
  ],
  'evidence-equal-salted': [
    'salted as disclosed, SHA-256 and SM3 of the evidence ({length} bytes) equal the deposited ones',
    '按披露的盐值加盐后，证据（{length} 字节）的 SHA-256 与 SM3 均与存证一致',
  ],
  'evidence-differs': [
    'SHA-256 {sha256}, SM3 {sm3}, length {length}: {given} bytes given, {recorded} deposited',
    'SHA-256 {sha256}，SM3 {sm3}，长度{length}：所提供 {given} 字节，存证 {recorded} 字节',
  ],
  'evidence-differs-salted': [
    'salted as disclosed, SHA-256 {sha256}, SM3 {sm3} ({given} bytes given; the length is not recorded)',
    '按披露的盐值加盐后，SHA-256 {sha256}，SM3 {sm3}（所提供 {given} 字节；长度未记录）',
  ],
  'folder-equal': [
    'the folder holds the {count} files of its manifest as they were, and no other',
    '文件夹与清单一致，恰为清单所列 {count} 个文件',
  ],
  'folder-differs': [
    'the folder is not as its manifest says: {changed} changed, {missing} missing, {added} added, {renamed} renamed',
    '文件夹与清单不一致：已更改 {changed} 个，缺失 {missing} 个，多出 {added} 个，改名 {renamed} 个',
  ],
  'member-listed': [
    "the file has the SHA-256 that the package's manifest lists for {path}",
    '该文件的 SHA-256 与证据包清单所列 {path} 一致',
  ],
  'member-renamed': [
    "the file has the SHA-256 that the package's manifest lists for {path}; it is called {name} here",
    '该文件的 SHA-256 与证据包清单所列 {path} 一致；此处名为 {name}',
  ],
  'member-changed': [
    "the package's manifest lists {path} with another SHA-256: {sha256}",
    '证据包清单所列 {path} 的 SHA-256 不同：{sha256}',
  ],
  'member-not-listed': ["the package's manifest lists no file with this SHA-256", '证据包清单中没有 SHA-256 与此相同的文件'],
  equals: ['equals', '一致'],
  differs: ['differs', '不一致'],
  'evidence-not-given': ['neither the evidence nor its digests were given', '未提供证据或其摘要'],
  'evidence-none': ['this entry deposits no evidence: it is of kind {kind}', '该条目不含证据存证：类型为 {kind}'],
  'salt-withheld': ['the evidence was deposited salted, and its salt is not disclosed', '证据系加盐存证，盐值未披露'],
  'no-entry': ['there is no entry to check', '没有可核验的条目'],
  'statement-not-understood': ['not understood: {error}', '无法理解：{error}'],
  'kind-not-understood': [
    'not understood: statements of kind {kind} are not known to this software',
    '无法理解：本软件不认识类型为 {kind} 的声明',
  ],
  'suite-not-understood': [
    'not understood: signature suite {suite} is not known to this software',
    '无法理解：本软件不认识签名套件 {suite}',
  ],
  'signature-valid': ['the statement is signed by key {key}', '声明由密钥 {key} 签名，签名有效'],
  'consent-valid': [
    'the statement is signed by key {key}, with the consent of the key that it names',
    '声明由密钥 {key} 签名，签名有效，且其所列密钥已同意',
  ],
  'signature-bad': ['the signature over the statement is not valid for key {key}', '声明的签名对密钥 {key} 无效'],
  'consent-bad': ['the consent of the key that it names is not valid', '其所列密钥的同意签名无效'],
  'nothing-disclosed': ['nothing is disclosed, so nothing contradicts the deposit', '未披露任何内容，故与存证无矛盾'],
  'details-withheld': ['the deposit commits to private details, which are not disclosed here', '存证含有私密详情的承诺值，此处未披露详情'],
  'salt-matches': ['the disclosed evidence salt leads to the deposited digests', '披露的证据盐值可得出存证的摘要'],
  'salt-not-made': [
    'the disclosed evidence salt can only be checked together with the right evidence (check 2)',
    '披露的证据盐值须与正确的证据一并核验（第2项）',
  ],
  'details-match': ['the disclosed details equal the deposited commitment', '披露的详情与存证的承诺值一致'],
  'details-differ': ['the disclosed details differ from the deposited commitment', '披露的详情与存证的承诺值不一致'],
  'details-none': ['details are disclosed, but the deposit commits to none', '披露了详情，但存证未含详情的承诺值'],
  'details-malformed': [
    'the disclosed details are malformed and are shown as raw bytes: {error}',
    '披露的详情格式不正确，按原始字节显示：{error}',
  ],
  'disclosure-not-made': ['what is disclosed cannot be compared, since the statement is not understood', '因声明无法理解，披露内容无从比对'],

  // Steps 5 to 8.
  'log-signed': ['signed by {key}, whose policy line is for this origin', '由 {key} 签名，核验策略中该密钥对应此来源'],
  'log-signature-bad': [
    'the signature by {key}, a log key of the policy, is not valid: {error}',
    '策略所列账本密钥 {key} 的签名无效：{error}',
  ],
  'log-origin-differs': [
    'the checkpoint is of {origin}, but {key} signs for another origin',
    '检查点来源为 {origin}，而签名密钥 {key} 属于另一来源',
  ],
  'log-key-retired': [
    'signed by key {key} alone, which the ledger has replaced: it counts for {origin} only where a quorum of witnesses vouches for a time before {time}',
    '仅由密钥 {key} 签署，而该密钥已被账本轮换停用：须有法定数目的见证人证明时间早于 {time}，方可为 {origin} 采信',
  ],
  'log-key-unknown': ['no log key of the policy signed this checkpoint of {origin}', '核验策略中没有任何账本密钥签署过 {origin} 的该检查点'],
  'policy-not-given': ['no policy was given, so no key is trusted', '未提供核验策略，故不信任任何密钥'],
  'no-checkpoint': ['there is no checkpoint to check', '没有可核验的检查点'],
  'no-witness-required': ['no witness required by the policy', '核验策略不要求见证人'],
  'quorum-reached': [
    'the quorum is reached: {valid} valid cosignatures of witnesses in the policy',
    '已达到法定见证数：策略所列见证人的有效联署 {valid} 个',
  ],
  'quorum-not-reached': [
    'the quorum is not reached: {valid} valid cosignatures of witnesses in the policy',
    '未达到法定见证数：策略所列见证人的有效联署 {valid} 个',
  ],
  'cosignature-bad': ['the cosignature of {witness} is not valid', '见证人 {witness} 的联署无效'],
  'path-leads': [
    'a path of {hashes} hashes leads from entry {index} to the root of the tree of {size} entries',
    '由 {hashes} 个哈希组成的路径从第 {index} 号条目通向 {size} 个条目之树的根',
  ],
  'path-wrong': [
    'the path of {hashes} hashes does not lead from entry {index} to the root of the tree of {size}: {error}',
    '{hashes} 个哈希的路径不能从第 {index} 号条目通向 {size} 个条目之树的根：{error}',
  ],
  'index-beyond-size': [
    "entry {index} is outside the checkpoint's tree of {size} entries",
    '第 {index} 号条目不在检查点的 {size} 个条目之内',
  ],
  'ledger-not-at-hand': ['not checked: neither the ledger nor a replayed copy was at hand', '未核验：手边没有账本或其重放副本'],
  'ledger-asked': ['asked {source}, and took its word for it', '已查询 {source}，以其答复为准'],
  'ledger-replayed': ['looked up in {source}, replayed up to {size} entries', '已在重放至 {size} 个条目的 {source} 中查询'],
  'earlier-deposits': ['earlier deposits of the same evidence: {count}', '同一证据的更早存证：{count} 件'],
  'partial-hits': [
    'entries with one digest in common, which are not the same evidence: {count}',
    '仅有一项摘要相同、并非同一证据的条目：{count} 件',
  ],
  'earlier-not-applicable': ['earlier deposits are not looked up for this entry', '不为该条目查询更早存证'],
  'search-complete': [
    '{source}, replayed completely up to {size} entries, holds no open deposit of this evidence',
    '{source} 已完整重放至 {size} 个条目，其中没有该证据的明文存证',
  ],
  'search-incomplete': [
    '{source} was not replayed completely to the checkpoint: nothing can be said',
    '{source} 未完整重放至该检查点，无法得出结论',
  ],
  'search-found': ['this evidence was deposited: entries {entries}; verify it with a receipt', '该证据已存证：编号 {entries}；请凭回执核验'],

  // The submitter's key.
  'key-not-checked': ['the standing of this key was not checked', '该密钥的登记与撤销情况未经核验'],
  'key-not-enrolled': ['key not enrolled', '密钥未登记'],
  'key-ledgers-own': ["the ledger's own key", '账本自身的密钥'],
  'key-enrolled': ['enrolled as {name}, by {by}, entry {entry}', '登记名称 {name}，由{by}登记（第 {entry} 号条目）'],
  'key-assurance': ["identity, in the registrar's words: {assurance}", '身份核实（登记机构所述）：{assurance}'],
  'key-not-yet-valid': ['not in force at this entry: the enrolment begins at {time}', '在该条目处尚未生效：登记自 {time} 起有效'],
  'key-expired': ['not in force at this entry: the enrolment ended at {time}', '在该条目处已失效：登记至 {time} 止'],
  'key-in-force': ['the key was enrolled in entry {entry} and in force', '该密钥已在第 {entry} 号条目登记，当时有效'],
  'key-revoked-before': [
    'revoked in entry {entry}, before this one, which should not have been admitted ({reason}), by {by}',
    '该条目之前已由{by}在第 {entry} 号条目中撤销（{reason}），该条目本不应收录',
  ],
  'key-revoked-later': [
    'revoked later, in entry {entry} ({reason}), by {by}; what it signed before stands',
    '其后由{by}在第 {entry} 号条目中撤销（{reason}）；撤销前所签条目不受影响',
  ],
  'key-claimed': [
    'entry {entry} claims that the key was compromised by then; this changes no verdict',
    '第 {entry} 号条目声称该密钥当时已泄露；不改变核验结论',
  ],
  'key-claim': [
    'in that entry {by} claims that this key was compromised since {since}; this entry was admitted no earlier',
    '在该号条目中，{by}声称该密钥自 {since} 起已泄露；本条目上链不早于此',
  ],
  'key-claim-why': [
    "That claim is one party's, made afterwards and checked by nobody. It changes no verdict: what was computed above holds whoever held the key. What follows from it is for the court to weigh.",
    '该声称系一方事后所作，未经核验，不改变核验结论：上列核验结果与密钥由谁持有无关。其意义由人民法院审查判断。',
  ],
  'by-itself': ['the key itself', '该密钥自身'],
  'by-ledger': ["the ledger's own key", '账本自身的密钥'],
  'by-registrar': ['the registrar with key {key}', '登记机构（密钥 {key}）'],
  'by-registrar-named': ['the registrar {name} (key {key})', '登记机构 {name}（密钥 {key}）'],
  'reason-unspecified': ['no reason given', '未说明原因'],
  'reason-compromised': ['key compromised', '密钥泄露'],
  'reason-superseded': ['superseded by another key', '已由其他密钥取代'],
  'reason-ceased': ['its holder stopped', '持有人停用'],

  // Remarks.
  'would-match': ['The evidence would match if {change}. It does not match as it is.', '若{change}，证据即一致；按现状不一致。'],
  'line-end-dropped': ['its last line end (LF) were dropped', '去掉末尾换行（LF）'],
  'cr-lf-dropped': ['its last line end (CR LF) were dropped', '去掉末尾换行（CR LF）'],
  'line-end-added': ['a line end (LF) were added at its end', '在末尾加上换行（LF）'],
  'cr-lf-added': ['a line end (CR LF) were added at its end', '在末尾加上换行（CR LF）'],
  'mark-dropped': ['the byte order mark at its start were dropped', '去掉开头的字节序标记（BOM）'],
  'mark-added': ['a byte order mark were added at its start', '在开头加上字节序标记（BOM）'],
  'lines-to-lf': ['its line ends were LF, not CR LF', '将换行由 CR LF 改为 LF'],
  'lines-to-cr-lf': ['its line ends were CR LF, not LF', '将换行由 LF 改为 CR LF'],
  'longer-by': ['The evidence given is {bytes} bytes longer than what was deposited.', '所提供的证据比存证的长 {bytes} 字节。'],
  'shorter-by': ['The evidence given is {bytes} bytes shorter than what was deposited.', '所提供的证据比存证的短 {bytes} 字节。'],

  // Headings and labels.
  report: ['Verification report', '核验报告'],
  verdict: ['Verdict', '核验结论'],
  checks: ['Checks', '核验项目'],
  remarks: ['Remarks', '说明'],
  evidence: ['Evidence', '证据'],
  file: ['file', '文件'],
  folder: ['folder', '文件夹'],
  'package-file': ['file shown', '出示文件'],
  'package-manifest': ['manifest', '清单'],
  'files-same': ['{count} files the same', '{count} 个文件相同'],
  'file-changed': ['changed', '已更改'],
  'file-missing': ['missing', '缺失'],
  'file-added': ['added', '多出'],
  'file-renamed': ['renamed', '改名'],
  'more-files': ['and {count} more', '另有 {count} 个'],
  length: ['length', '长度'],
  bytes: ['{count} bytes', '{count} 字节'],
  'as-computed': ['as computed', '核验所得'],
  'as-recorded': ['as recorded', '存证所记'],
  'as-computed-salted': ['as computed, salted', '加盐所得'],
  'as-recorded-salted': ['as recorded, salted', '存证所记（加盐）'],
  'not-recorded-salted': ['not recorded: salted', '未记录：加盐存证'],
  entry: ['Entry', '条目'],
  'entry-number': ['entry number', '存证编号'],
  'statement-id': ['statement id', '声明标识'],
  'kind-label': ['kind', '类型'],
  'leaf-hash': ['leaf hash', '叶哈希'],
  submitter: ['submitter', '存证人'],
  'earliest-deposit': ['earliest', '首次存证'],
  'earlier-deposit': ['earlier', '更早存证'],
  'partial-label': ['not the same', '并非同一'],
  'partial-why': ['{agrees}: other evidence, which does not count as earlier', '{agrees}：系其他证据，不计入更早存证'],
  'agrees-sha256': ['only SHA-256 agrees', '仅 SHA-256 相同'],
  'agrees-sm3': ['only SM3 agrees', '仅 SM3 相同'],
  'agrees-digests': ['both digests agree, and mode or length does not', '两种摘要相同，摘要方式或长度不同'],
  'first-is-not-creation': ['Who deposited first here has not thereby made it first.', '首次存证不等于最先创作。'],
  continues: ['continues', '接续声明'],
  times: ['Times', '时间'],
  'claimed-time': ['claimed time', '声称时间'],
  'admitted-time': ['time of admission', '上链时间'],
  'trusted-time': ['trusted time', '可信时间'],
  'claimed-by': ["the submitter's claim, not checked", '存证人自述，未经核验'],
  'clock-of-ledger': ["the clock of the ledger's operator", '账本运营方的时钟'],
  'no-later-than': ['no later than {time}', '不晚于 {time}'],
  'no-earlier-than': [
    'not before {time}: witnesses had cosigned the first {size} entries then, without this one',
    '不早于 {time}：其时见证人所联署的前 {size} 个条目中尚无本条目',
  ],
  'no-earlier-other-ledger': ["no lower bound: the checkpoint given for it is another ledger's", '无下限：所提供的检查点属于另一账本'],
  'no-earlier-covers': [
    'no lower bound: the checkpoint given for it, of {size} entries, has this entry already',
    '无下限：所提供的检查点有 {size} 个条目，已含本条目',
  ],
  'no-earlier-no-later': ['no lower bound: nobody vouches for the upper one', '无下限：上限亦无人作证'],
  'no-earlier-no-quorum': [
    'no lower bound: the checkpoint given for it is not signed by a log of the policy with the quorum of witnesses',
    '无下限：所提供的检查点未由核验策略所列账本签名并达到法定见证数',
  ],
  'no-earlier-contradicts': [
    'no lower bound: the checkpoint given for it was cosigned at {time}, after the upper one: clocks of witnesses disagree',
    '无下限：所提供的检查点于 {time} 联署，晚于上限：见证人的时钟不一致',
  ],
  'seconds-after1970': ['{count} seconds after 1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z 之后 {count} 秒'],
  'clock-of-witnesses': ['the clocks of the witnesses: {witnesses}', '见证人的时钟：{witnesses}'],
  'nobody-vouches': ['nobody vouches for a time: the policy requires no witness', '无人为时间作证：核验策略不要求见证人'],
  'no-policy-vouches': ['nobody vouches for a time that could be checked here', '没有可在此核验的时间见证'],
  'quorum-missing': ['nobody vouches for a time: the quorum is not reached', '无人为时间作证：未达到法定见证数'],
  'not-stated': ['not stated', '未说明'],
  'checkpoint-heading': ['Checkpoint', '检查点'],
  origin: ['origin', '来源'],
  size: ['size', '条目数'],
  root: ['root', '树根'],
  'relied-on': ['relies on', '所依据密钥'],
  'key-id': ['{name} (key id {id})', '{name}（密钥标识 {id}）'],
  witness: ['witness', '见证人'],
  'witness-at': ['{name} (key id {id}), at {time}', '{name}（密钥标识 {id}），{time}'],
  'witness-bad': ['{name} (key id {id}): not valid', '{name}（密钥标识 {id}）：无效'],
  'details-heading': ['Private details, as disclosed', '披露的私密详情'],
  malformed: ['malformed, raw bytes in base64', '格式不正确，原始字节（base64）'],

  // Before the chain (Online Litigation Rules, Article 18).
  'pre-chain': ["Before the ledger received it (the submitter's word, not checked)", '上链前情况（存证人自述，未经核验）'],
  'pre-source': ['source', '来源出处'],
  'pre-author': ['author', '作者'],
  'pre-captured-at': ['made or captured', '生成或采集时间'],
  'pre-tool': ['tool', '工具'],
  'pre-version': ['tool version', '工具版本'],
  'pre-environment': ['environment', '环境'],
  'pre-url': ['address', '网址'],
  'pre-operator': ['made by', '操作人'],
  'pre-present': ['present', '在场人'],
  'pre-place': ['place', '地点'],
  'pre-storage': ['storage', '保存方式'],
  'not-provided': ['not provided', '未提供'],

  // What it proves and what it does not.
  'proves-text': [
    "The data was not altered after it was put on the ledger, unless contrary evidence rebuts this (Online Litigation Rules of the People's Courts, Article 16). Whether to find so is for the court to decide.",
    '该电子数据上链后未经篡改，但有相反证据足以推翻的除外（参见《人民法院在线诉讼规则》第十六条）。是否如此认定，由人民法院决定。',
  ],
  'proves-not': ['What it does not prove', '不能证明的事项'],
  'not-true': ['that the content is true', '内容真实'],
  'not-author': ['who made or owns it', '由谁创作或归谁所有'],
  'not-first': ['who made it first, only who deposited first here', '谁最先创作，仅涉及谁在此首次存证'],
  'not-holder': ['that the person named held the key, beyond the check stated', '所称之人持有该密钥（所载核验之外）'],
  'not-before': ['anything before the ledger received it', '上链之前的任何情况'],
  'not-complete': ['that a capture was complete', '取证完整'],
  'not-lawful': ['that it is lawful or relevant', '合法或与案件有关联'],
  'not-lookalike': ['that a file that looks the same but has other bytes is the same', '外观相同而字节不同的文件即为同一文件'],
  'not-finer': ['a time finer than the interval given', '比所载区间更精确的时间'],
  'not-collusion': ['anything at all if ledger and witnesses collude', '账本与见证人串通时的任何事项'],

  // A list of many.
  'list-verdict': ['verdict', '结论'],
  'list-line': ['line', '行'],
  'list-entry': ['entry', '条目'],
  'list-summary': [
    '{all} verified: {matched} match, {mismatched} do not, {undetermined} could not be told',
    '共核验 {all} 件：一致 {matched} 件，不一致 {mismatched} 件，无法判定 {undetermined} 件',
  ],

  // Certificate and report as documents.
  certificate: ['Certificate of deposit', '存证证书'],
  'not-endorsed': [
    'Made by a program from the receipt named below. It is not issued or endorsed by a court, and it does not replace the receipt: keep both.',
    '本文件由程序依据下列存证回执生成，并非由人民法院出具或认可，亦不能代替存证回执，请一并妥善保存。',
  ],
  'code-holds': ['entry number and leaf hash', '存证编号与叶哈希'],
  'deposit-mode': ['mode', '摘要方式'],
  'mode-plain': ['plain: digests of the bytes themselves', '明文存证：数据本身的摘要'],
  'mode-salted': ['salted: digests mixed with a secret salt', '加盐：与保密盐值混合后的摘要'],
  'step-number': ['no.', '序号'],
  'step-label': ['check', '核验项'],
  'outcome-label': ['outcome', '结果'],
  'reason-label': ['reason', '理由'],
  'whose-word': ['by whose clock', '依何人时钟'],
  'time-itself': ['at {time}', '于 {time}'],
  'first-cosigned': ['first cosigned', '首次联署'],
  'clock-of-one-witness': ['the clock of one witness: {witness}', '单个见证人的时钟：{witness}'],
  'not-cosigned': ['no witness of the policy has cosigned it', '核验策略所列见证人均未联署'],
  'time-label': ['time', '时间'],
  'earlier-heading': ['Earlier deposits of the same evidence', '同一证据的更早存证'],
  'earlier-none': ['none: no earlier entry of this ledger deposits the same evidence', '无：本账本中没有同一证据的更早存证'],
  'earlier-unknown': ['not checked: no ledger was asked', '未核验：未查询账本'],
  'partial-heading': ['One digest in common: not the same evidence', '仅有一项摘要相同：并非同一证据'],
  'path-label': ['inclusion path', '包含证明路径'],
  'path-hashes': ['{count} hashes, leaf side first', '{count} 个哈希，自叶侧起'],
  'details-not-disclosed': ['nothing is disclosed', '未披露任何内容'],
  'verify-again': ['How to verify it again', '如何再次核验'],
  'command-note': [
    'Off line, on any machine, with the evidence, its receipt, and a policy that you obtained by a way of your own. Whoever verifies the same with the same version gets the same verdict.',
    '可在任何计算机上离线进行，须备有证据、存证回执及自行取得的核验策略。以同一版本核验相同材料者，所得结论相同。',
  ],
  'format-label': ['formats', '格式版本'],
  'policy-keys': ['keys of the policy', '策略所列密钥'],
  'policy-log-key': ['ledger: {key}', '账本：{key}'],
  'policy-witness-key': ['witness: {key}', '见证人：{key}'],

  // Who verified, with what.
  'verified-with': ['Verified with', '核验方式'],
  'verified-by': ['verified by', '核验人'],
  'verified-at': ['verified at', '核验时间'],
  software: ['software', '软件'],
  'policy-label': ['policy', '核验策略'],
  'receipt-label': ['receipt', '存证回执'],
  'sha256-of': ['SHA-256 {sha256}', 'SHA-256 {sha256}'],
} as const satisfies Record<string, readonly [string, string]>;

/** A row of the table. */
export type Word = keyof typeof WORDS;

/** The text of a row, with its `{places}` still open. */
export function wordText(word: Word, language: Language): string {
  return WORDS[word][language === 'en' ? 0 : 1];
}
