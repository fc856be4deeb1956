// The words of the verify page that are not in a report, in English and Chinese side by side.

import type { Step } from '../notarium';
import type { Pair } from '../page/ui';

export const VERIFY = {
  putIn: ['Put in the file and its receipt', '放入文件及其存证回执'],
  putInHint: [
    'Drop them here, or choose them. Several files with their receipts, or a whole folder, can be checked at once. The files are not uploaded.',
    '拖放到此处，或点选。可一次核验多份文件及其回执，亦可核验整个文件夹。文件不会上传。',
  ],
  unreadable: ['What was dropped could not be read: {error}', '无法读取所拖放的内容：{error}'],
  taken: ['What you put in', '已放入'],
  takenMany: ['{count} things', '共 {count} 项'],
  again: ['Start again', '重新开始'],
  roleEvidence: ['file', '文件'],
  roleReceipt: ['receipt', '存证回执'],
  roleRotation: ['key rotation receipt', '账本密钥轮换的回执'],
  roleManifest: ['manifest', '清单'],
  roleFolder: ['folder, {count} files', '文件夹，{count} 个文件'],
  hashing: ['Computing the fingerprint of {name}', '正在计算 {name} 的指纹'],
  comparing: ['Looking for what differs in {name}', '正在查找 {name} 的差异'],
  stop: ['Stop', '停止'],
  stopped: ['Stopped.', '已停止。'],
  notRead: ['{name} could not be read: {error}', '无法读取 {name}：{error}'],

  trust: ['Whom this check relies on', '本次核验所依据的各方'],
  trustHint: [
    'A policy names the ledgers and witnesses whose signatures count. The built-in one names the key that this ledger’s operator states; compare it with one that reached you by another way.',
    '核验策略列明哪些账本与见证人的签名有效。内置策略所列为本账本运营方声明的密钥，请与经其他途径取得的密钥比对。',
  ],
  trustHintOwn: [
    'A policy names the ledgers and witnesses whose signatures count. This one is yours; it counts as much as the way by which it reached you.',
    '核验策略列明哪些账本与见证人的签名有效。本策略由您提供，其可信程度取决于您取得它的途径。',
  ],
  trustNone: [
    'No policy is built in. Without one, nobody’s signature counts, and steps 5 and 6 are not made: open the policy file that you were given.',
    '未内置核验策略。没有策略，任何签名均不计入，第5、6项不进行。请打开您所取得的策略文件。',
  ],
  trustBuiltIn: ['built-in policy', '内置核验策略'],
  trustOwn: ['policy from {name}', '来自 {name} 的核验策略'],
  ownPolicy: ['Use my own policy file', '使用自己的策略文件'],
  builtInPolicy: ['Back to the built-in policy', '恢复内置策略'],
  policyBad: ['{name} is not a policy that can be used: {error}', '{name} 不是可用的核验策略：{error}'],
  builtInBad: ['The built-in policy cannot be used: {error}', '内置核验策略不可用：{error}'],
  looksLikePolicy: [
    '{name} looks like a policy. It is not used: a policy that comes along with the evidence says whom its sender wants you to believe. If it is yours, open it under “Whom this check relies on”.',
    '{name} 似为核验策略，未予采用：随证据一并送来的策略，所列的是送交人希望您相信的各方。若为您自己的策略，请在“本次核验所依据的各方”处打开。',
  ],
  rotationFollowed: [
    'The ledger has changed its key; followed by the receipt {names}. The new key counts as the one that the policy names; the old one counts alone only where witnesses vouch for a time before it was retired.',
    '账本曾轮换密钥，已依据回执 {names} 承接：新密钥与策略所列密钥同等采信；旧密钥单独签署的，仅当见证人证明时间早于其停用时方予采信。',
  ],
  rotationRefused: [
    '{name} says that the ledger has changed its key, and does not count: {error}. Nothing was verified with it.',
    '{name} 载明账本轮换密钥，但未予采信：{error}。核验未使用该回执。',
  ],
  rotationMissing: [
    'The policy names another key of {origin}. If the ledger has changed its key, put in the receipt of that too (rotation-N.receipt, from its operator): it leads to the new one.',
    '核验策略所列为 {origin} 的另一密钥。若账本已轮换密钥，请一并放入轮换的回执（rotation-N.receipt，由运营方提供），据以承接至新密钥。',
  ],
  notBefore: ['Give a checkpoint from before', '提供此前的检查点'],
  notBeforeHint: [
    'A checkpoint of the ledger from before the deposit, cosigned by the policy’s witnesses, or an earlier receipt under one, tells since when at the earliest the entry is there. It changes no verdict.',
    '若有存证之前、经策略所列见证人联署的账本检查点，或依该检查点出具的更早回执，可据以得知该条目最早何时出现；不影响核验结论。',
  ],
  notBeforeGiven: ['checkpoint from {name}, of {size} entries', '来自 {name} 的检查点，共 {size} 个条目'],
  notBeforeBad: ['{name} is neither a signed checkpoint nor a receipt: {error}', '{name} 既不是已签名的检查点，也不是存证回执：{error}'],
  notBeforeDrop: ['Without it', '不使用'],
  logKey: ['ledger {name}, key id {id}', '账本 {name}，密钥标识 {id}'],
  witnessKey: ['witness {name}, key id {id}', '见证人 {name}，密钥标识 {id}'],
  noWitness: ['no witness is required', '不要求见证人'],
  askLedger: ['Also ask the ledger for earlier deposits (step 8)', '同时向账本查询更早存证（第8项）'],
  askLedgerHint: [
    'Sends the fingerprint to the ledger’s operator, never the file. It changes no verdict.',
    '向账本运营方发送指纹，绝不发送文件；不影响核验结论。',
  ],
  ledgerOther: [
    'The receipt is from another ledger ({origin}) than this one, so this one was not asked.',
    '该回执来自另一账本（{origin}），故未向本账本查询。',
  ],
  ledgerFailed: ['The ledger was not asked: {error}', '未能向账本查询：{error}'],

  results: ['Result', '核验结果'],
  summary: ['{count} checked: {match} match, {mismatch} mismatch, {undetermined} undetermined', '共核验 {count} 份：一致 {match} 份，不一致 {mismatch} 份，无法判定 {undetermined} 份'],
  columnFile: ['file', '文件'],
  columnVerdict: ['verdict', '核验结论'],
  columnWhy: ['why', '理由'],
  columnReport: ['report', '报告'],
  showReport: ['Show the report', '显示报告'],
  hideReport: ['Back to the list', '返回列表'],
  noName: ['(no file)', '（无文件）'],
  addEvidence: [
    'Only the receipt is here. Put in the file that it is for, and step 2 can be made.',
    '目前只有回执。请放入对应的文件，方可进行第2项核验。',
  ],
  noManifest: [
    'The manifest {name} is not here. The folder’s own was computed, which cannot say what changed if it differs.',
    '缺少清单 {name}，已按文件夹现状生成清单；若不一致，无法指出具体改动。',
  ],
  manifestBad: ['{name} is not a manifest: {error}', '{name} 不是清单：{error}'],
  folderBad: ['The folder cannot be a package: {error}', '该文件夹不能作为证据包：{error}'],

  print: ['Print the report', '打印报告'],
  saveDocument: ['Save as a page (HTML)', '保存为网页（HTML）'],
  saveCertificate: ['Save the certificate', '保存存证证书'],
  saveText: ['Save as text', '保存为文本'],
  saveJson: ['Save as data (JSON)', '保存为数据（JSON）'],
  verifiedBy: ['Verified by (goes into the report)', '核验人（载入报告）'],
  reportNotice: [
    'Made by this page in your browser. Anyone can make the same report with the same file, receipt and policy.',
    '由本页面在浏览器内生成。任何人以相同的文件、回执与策略均可得出相同的报告。',
  ],

  lookupTitle: ['No receipt for {name}', '没有 {name} 的存证回执'],
  lookupHint: [
    'Put in its receipt (a file whose name ends in .receipt). Without one, the ledger can be asked whether it has a deposit with this fingerprint.',
    '请放入其存证回执（文件名以 .receipt 结尾）。若无回执，可向账本查询是否有该指纹的存证。',
  ],
  lookupOffline: [
    'Put in its receipt (a file whose name ends in .receipt). This page cannot ask a ledger.',
    '请放入其存证回执（文件名以 .receipt 结尾）。本页面无法向账本查询。',
  ],
  lookup: ['Ask the ledger by fingerprint', '按指纹向账本查询'],
  lookupNone: [
    'Of the {size} entries, the ledger lists no open deposit with this fingerprint. That is its word, not proof: a private deposit cannot be found this way, and “not deposited” takes a complete replay.',
    '账本的 {size} 个条目中，未列出该指纹的明文存证。此为账本的答复，并非证明：加盐存证无法以此查得，“未存证”须经全链重放方可得出。',
  ],
  lookupSame: ['{count} deposits of this file, oldest first (of {size} entries):', '该文件的存证 {count} 件，按先后排列（共 {size} 个条目）：'],
  lookupPartial: ['Entries that agree in one digest only; they are not this file:', '仅一种摘要相同的条目，并非该文件：'],
  columnEntry: ['entry number', '存证编号'],
  columnTime: ['time of admission', '上链时间'],
  columnKey: ['submitter’s key', '存证人密钥'],
  verifyThis: ['Get the receipt and verify', '取回回执并核验'],
  earliest: ['earliest', '首次存证'],
} as const satisfies Record<string, Pair>;

/** What each step means, on demand. */
export const STEP_HELP: Record<Step, Pair> = {
  receipt: [
    'The receipt is a text in a fixed form, and the entry number on it is the one inside the entry it carries. A receipt that was damaged on the way, by a mail program for instance, stops here.',
    '回执是固定格式的文本，其所载编号应与所附条目内的编号相同。若回执在传递中受损（例如经邮件程序改动），即止于此项。',
  ],
  evidence: [
    'Two digests, SHA-256 and SM3, are computed from every byte of the file, and compared with those deposited, together with the length. One changed byte makes them differ.',
    '对文件的每个字节计算 SHA-256 与 SM3 两种摘要，连同长度与存证时所记比对。改动一个字节，结果即不同。',
  ],
  signature: [
    'The deposit was signed by whoever held the submitter’s private key. It says which key, not which person.',
    '存证由持有存证人私钥者签名。由此可知是哪一把密钥，不能得知是哪一个人。',
  ],
  disclosure: [
    'Details and salts that the submitter shows are hashed and compared with what was deposited, so they cannot have been made up later. It passes when nothing is shown.',
    '存证人披露的详情与盐值经计算后与存证所记比对，故不可能事后编造。未披露任何内容时，本项通过。',
  ],
  log: [
    'The checkpoint is the ledger’s signed word on how many entries it has and what they are. It counts only when the policy names the ledger’s key.',
    '检查点是账本就其条目数量与内容所作的签名声明，仅当策略列有该账本的密钥时方予采信。',
  ],
  witnesses: [
    'Witnesses are other parties that check that the ledger only grows, and sign with their own clocks. The policy says how many are asked for; when it asks for none, nobody but the operator vouches for the time.',
    '见证人是核查账本只增不改、并以自身时钟签名的其他各方。策略规定所需见证人；若不要求，则除运营方外无人为时间作证。',
  ],
  inclusion: [
    'A chain of hashes leads from this entry to the checkpoint’s root. An entry that was added, changed or removed later would lead elsewhere.',
    '一串哈希由该条目通向检查点的树根。若条目系事后增加、更改或删除，则不能通向该树根。',
  ],
  ledger: [
    'Where the ledger is at hand, it is asked for earlier deposits of the same evidence. It never changes the verdict.',
    '账本可供查询时，查询同一证据是否有更早的存证。本项不影响核验结论。',
  ],
};
