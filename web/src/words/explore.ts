// The words of Explore, in English and Chinese side by side; `{name}` is a place for a value.

import type { Language } from '../shell/language';

const WORDS = {
  // The ledger at a glance.
  entries: ['entries', '条目'],
  newestEntry: ['newest entry', '最新条目'],
  checkpointRoot: ['root of the newest checkpoint', '最新检查点的树根'],
  ledgerName: ['ledger', '账本'],
  newest: ['Newest entries', '最新条目'],
  live: ['Updated as entries arrive.', '随新条目实时更新。'],
  pause: ['Pause', '暂停更新'],
  resume: ['Go on', '继续更新'],
  paused: ['Paused.', '已暂停。'],
  noAnswer: ['The ledger does not answer. Trying again.', '账本没有应答，正在重试。'],
  arrived: ['{count} new; the ledger has {size} entries', '新增 {count} 条；账本现有 {size} 个条目'],
  more: ['Show more', '显示更多'],
  loading: ['Loading', '正在加载'],
  timesAre: ['Times are shown in this computer’s zone, {zone}.', '时间按本机时区显示：{zone}。'],

  // Columns.
  number: ['No.', '编号'],
  time: ['time of admission', '上链时间'],
  what: ['what', '内容'],
  submitter: ['submitter’s key', '存证人密钥'],
  size: ['entries', '条目数'],
  root: ['root', '树根'],
  signatures: ['signed by', '签名'],

  // Kinds.
  genesis: ['first entry of the ledger', '创世条目'],
  evidence: ['evidence', '证据存证'],
  salted: ['evidence, salted', '证据存证（加盐）'],
  enrol: ['enrolment of {name}', '登记：{name}'],
  revoke: ['key revocation', '撤销密钥'],
  rotate: ["rotation of the ledger's key", '密钥轮换'],
  unknown: ['kind {code}, not understood', '类型 {code}，无法理解'],
  unreadable: ['a statement that is not understood', '无法理解的声明'],

  // Search.
  search: ['Look up', '查询'],
  searchLabel: ['Entry number, digest, key or statement id', '存证编号、摘要、密钥或声明标识'],
  searchHint: ['A number, or 64 hexadecimal digits.', '数字，或 64 位十六进制字符。'],
  searchGo: ['Look up', '查询'],
  searchBad: [
    'This is neither a number nor 64 hexadecimal digits ({length} characters).',
    '输入内容既非数字，亦非 64 位十六进制字符（{length} 个字符）。',
  ],
  dropLabel: ['Or drop a file here', '或将文件拖放至此'],
  dropHint: [
    'Its fingerprint is computed here and looked up. The file is not sent.',
    '在本机计算其指纹后查询，文件不会发送。',
  ],
  hashing: ['Computing the fingerprint of {name}: {percent} %', '正在计算 {name} 的指纹：{percent} %'],
  hashingFailed: ['The file {name} could not be read.', '无法读取文件 {name}。'],
  foundFor: ['Found for {query}', '查询结果：{query}'],
  fileResult: ['Deposits of this file', '该文件的存证'],
  fileCount: [
    '{count} deposits of exactly this file, the first of them first. First here does not mean made first.',
    '该文件共有 {count} 件存证，按先后排列。在此首次存证不等于最先创作。',
  ],
  fileOne: ['One deposit of exactly this file.', '该文件有 1 件存证。'],
  fileNone: [
    'This ledger lists no open deposit of this file. Salted deposits cannot be found by the file, and a server’s word alone proves no absence.',
    '本账本未列出该文件的明文存证。加盐存证无法按文件查得；仅凭服务器答复不能证明不存在。',
  ],
  partly: ['Entries that share one digest only', '仅有一种摘要相同的条目'],
  partlyHint: [
    'They are not deposits of this file: mode, both digests and length must agree.',
    '这些并非该文件的存证：摘要方式、两种摘要与长度须全部一致。',
  ],
  asSha256: ['With this SHA-256', 'SHA-256 为此值的条目'],
  asSm3: ['With this SM3', 'SM3 为此值的条目'],
  asKey: ['Signed by this key', '由该密钥签名的条目'],
  keyNow: ['This key, by the ledger’s word', '该密钥的情况（账本所述）'],
  keyStanding: ['today', '目前'],
  standingInForce: ['in force', '有效'],
  standingNotEnrolled: ['not enrolled', '未登记'],
  standingNotYetValid: ['not in force yet', '尚未生效'],
  standingExpired: ['no longer in force', '已失效'],
  standingRevoked: ['revoked', '已撤销'],
  standingRetired: ['was the ledger’s own key, and was replaced', '账本已轮换停用的密钥'],
  standingLedgersOwn: ['the ledger’s own key', '账本自身的密钥'],
  keyEnrolled: ['enrolled', '登记'],
  keyRevoked: ['revoked', '撤销'],
  inEntry: ['entry {index}', '第 {index} 号条目'],
  registrarName: ['by the registrar {name}', '由登记机构 {name} 办理'],
  byLedger: ['by the ledger’s own key', '由账本自身的密钥办理'],
  byItself: ['by the key itself', '由该密钥自身办理'],
  validFrom: ['from {time}', '自 {time} 起'],
  validUntil: ['until {time}', '至 {time} 止'],
  asStatement: ['With this statement id', '声明标识为此值的条目'],
  nothing: ['Nothing on this ledger has it.', '本账本中没有相符的条目。'],
  complete: ['Complete up to entry {last}.', '截至第 {last} 号条目，结果完整。'],

  // An entry.
  back: ['Overview', '总览'],
  entry: ['Entry {index}', '第 {index} 号条目'],
  noEntry: ['There is no entry {index}. The ledger has {size} entries so far.', '没有第 {index} 号条目。账本目前有 {size} 个条目。'],
  claimed: ['claimed time', '声称时间'],
  claimedBy: ['the submitter’s claim, not checked', '存证人自述，未经核验'],
  operatorClock: ['the clock of the ledger’s operator', '账本运营方的时钟'],
  length: ['length', '长度'],
  bytes: ['{count} bytes', '{count} 字节'],
  hiddenLength: ['not recorded: salted', '未记录：加盐存证'],
  continues: ['continues', '接续声明'],
  details: ['private details', '私密详情'],
  detailsThere: ['committed to; shown only by a receipt that discloses them', '存有承诺值；仅在披露详情的回执中可见'],
  statementId: ['statement id', '声明标识'],
  leaf: ['leaf hash', '叶哈希'],
  previous: ['leaf hash of the entry before', '前一条目的叶哈希'],
  name: ['name', '名称'],
  role: ['role', '角色'],
  roleSubmitter: ['submitter', '存证人'],
  roleRegistrar: ['registrar', '登记机构'],
  assurance: ['how identity was checked', '身份核验方式'],
  enrolledKey: ['enrolled key', '被登记密钥'],
  revokedKey: ['revoked key', '被撤销密钥'],
  newKey: ['new key of the ledger', '账本新密钥'],
  reason: ['reason', '原因'],
  admission: ['who may deposit', '存证准入'],
  admissionOpen: ['anyone', '任何人'],
  admissionEnrolled: ['enrolled keys only', '仅限已登记的密钥'],
  signer: ['signed by', '签名密钥'],
  receipt: ['Download its receipt', '下载存证回执'],
  before: ['Entry before', '上一条'],
  after: ['Entry after', '下一条'],
  raw: ['As JSON', 'JSON 格式'],
  receiptNote: [
    'This receipt proves the entry. Only the submitter’s own receipt can also disclose salt and details.',
    '该回执可证明此条目；盐值与详情仅能由存证人自己的回执披露。',
  ],

  // The proof.
  proof: ['How this entry is in the tree', '该条目如何包含在树中'],
  proofIntro: [
    'Every box is the hash of the two boxes under it. Starting from this entry’s own hash, {hashes} hashes from beside the path lead to the root. The ledger has signed that root. If one byte of the entry changed, another root would come out.',
    '每个方框是其下两个方框的哈希。从该条目自身的哈希出发，路径旁的 {hashes} 个哈希逐级通向树根，账本已对该树根签名。条目改动一个字节，得出的树根即不同。',
  ],
  proofIntroNone: [
    'This is the only entry, so its hash is the root that the ledger has signed.',
    '这是唯一的条目，其哈希即账本所签名的树根。',
  ],
  proofHolds: [
    'Computed in your browser: the path leads to the root in the ledger’s checkpoint of {size} entries, and the ledger’s signature over it is valid.',
    '经您的浏览器计算：该路径通向账本 {size} 个条目的检查点所载树根，且账本对其签名有效。',
  ],
  proofUnsigned: [
    'Computed in your browser: the path leads to the root of the tree of {size} entries. There is no signed checkpoint of exactly this tree.',
    '经您的浏览器计算：该路径通向 {size} 个条目之树的根。该树没有对应的已签名检查点。',
  ],
  proofFails: ['The proof does not hold: {error}', '证明不成立：{error}'],
  drawingTitle: ['Path from entry {index} to the root of {size} entries', '第 {index} 号条目至 {size} 个条目之树根的路径'],
  drawingRoot: ['root', '树根'],
  drawingLeaf: ['entry {index}', '第 {index} 号条目'],
  drawingSpan: ['entries {from} to {to}', '第 {from} 至 {to} 号'],
  drawingSpanShort: ['{from} – {to}', '{from} – {to}'],
  asList: ['The same path as a list', '以列表形式显示该路径'],
  listLeaf: ['hash of entry {index}', '第 {index} 号条目的哈希'],
  listLeft: ['with the hash on its left, of entries {from} to {to}', '与左侧第 {from} 至 {to} 号条目的哈希合并'],
  listRight: ['with the hash on its right, of entries {from} to {to}', '与右侧第 {from} 至 {to} 号条目的哈希合并'],
  listGives: ['gives', '得出'],

  // Checkpoints.
  checkpoints: ['Checkpoints', '检查点'],
  allCheckpoints: ['All checkpoints', '全部检查点'],
  checkpointsIntro: [
    'A checkpoint is the ledger’s signed word on how many entries there are and on the root over all of them. Witnesses, who are not the operator, cosign it. Every signature is checked here, by the built-in policy.',
    '检查点是账本就条目数量与全部条目之树根所作的签名声明。见证人独立于运营方，对其加以联署。各签名均在此依内置核验策略核验。',
  ],
  theLedger: ['the ledger', '账本'],
  theWitness: ['witness {name}', '见证人 {name}'],
  heldValid: ['signature valid', '签名有效'],
  heldInvalid: ['signature NOT valid: {error}', '签名无效：{error}'],
  heldUnknown: ['not named by the built-in policy, so not checked', '内置核验策略未列，故未核验'],
  quorumNone: ['no witness required', '不要求见证人'],
  quorumReached: ['quorum of witnesses reached', '已达到法定见证数'],
  quorumNotReached: ['quorum of witnesses not reached', '未达到法定见证数'],
  quorumInvalid: ['a witness’s signature is NOT valid', '有见证人的签名无效'],
  notJudged: ['Not checked: no policy is built in.', '未核验：未内置核验策略。'],
  asNote: ['As signed', '签名原文'],

  // Growth.
  growth: ['Growth over time', '条目增长'],
  growthCaption: ['From {from} to {to}: {size} entries.', '{from} 至 {to}：共 {size} 个条目。'],
  growthTitle: ['Number of entries over time', '条目数量随时间的变化'],
} satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof WORDS;
export type Places = Record<string, string | number>;

export function say(language: Language, word: Word, places: Places = {}): string {
  const text = WORDS[word][language === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(places[name] ?? place));
}

/** For the test that holds both languages to the same places. */
export const ALL_WORDS: Readonly<Record<string, readonly [string, string]>> = WORDS;
