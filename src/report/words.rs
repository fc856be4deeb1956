//! The one table of words: everything a report says, in English and in Chinese, side by side.
//!
//! A row is a [`Word`] with both texts, so a string cannot exist in one language only; the Chinese follows the field's
//! words as the platforms and the Online Litigation Rules use them. `{name}` marks a place for a value; both texts of a
//! row have the same places (a test holds that). Not here: how words are put together (`sentence`) and set (`text`).

use serde::{Serialize, Serializer};

/// The languages that a report is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Language {
    /// English.
    En,
    /// Chinese, in simplified characters.
    Zh,
}

macro_rules! words {
    ($(#[$about:meta])* $table:ident: $($(#[$group:meta])* $name:ident: $en:literal, $zh:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray)]
        #[strum(serialize_all = "kebab-case")]
        pub enum $table {
            $($(#[$group])* #[doc = $en] $name,)*
        }

        impl $table {
            /// The text in `language`, with its `{places}` still open.
            #[must_use]
            pub fn text(self, language: Language) -> &'static str {
                let (en, zh) = match self { $(Self::$name => ($en, $zh),)* };
                match language {
                    Language::En => en,
                    Language::Zh => zh,
                }
            }
        }
    };
}
pub(super) use words;

impl Word {
    /// The stable id: the row's name in kebab-case.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.into()
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

words! {
    /// One row of the table; its kebab-case name is the stable id in JSON.
    Word:

    // Verdicts and what each means.
    Match: "match", "一致";
    Mismatch: "mismatch", "不一致";
    Undetermined: "undetermined", "无法判定";
    NotDeposited: "not deposited", "未存证";
    MatchMeans: "Every check from 1 to 7 was made and passed.", "第1至7项核验均已进行并通过。";
    MismatchMeans: "At least one check that was made failed: {steps}.", "至少一项已进行的核验未通过：{steps}。";
    UndeterminedMeans: "No check failed, but not all of them could be made: {steps}.",
        "没有核验项未通过，但并非全部核验均能进行：{steps}。";
    NotDepositedMeans: "A complete replay found no open deposit of this evidence.", "经全链重放，未见该证据的明文存证。";
    Check: "check {step}", "第{step}项";
    Passed: "passed", "通过";
    Failed: "failed", "未通过";
    NotMade: "not made", "未进行";

    // The steps.
    StepReceipt: "receipt", "存证回执";
    StepEvidence: "evidence", "证据指纹";
    StepSignature: "submitter", "存证人签名";
    StepDisclosure: "disclosure", "披露内容";
    StepLog: "checkpoint", "检查点签名";
    StepWitnesses: "witnesses", "见证人";
    StepInclusion: "inclusion", "包含证明";
    StepLedger: "ledger", "账本查询";

    // Step 1.
    IndexEqual: "the receipt parses; its index line and its entry both say {index}",
        "回执可解析；回执编号行与条目中的编号均为 {index}";
    IndexDiffers: "the receipt's index line says {line}, its entry says {entry}",
        "回执编号行为 {line}，而条目中的编号为 {entry}";
    ReceiptNotGiven: "no receipt was given", "未提供回执";
    ReceiptNotParsed: "the receipt does not parse ({code}): {error}", "回执无法解析（{code}）：{error}";
    EntryNotUnderstood: "not understood: {error}", "无法理解：{error}";

    // Steps 2 to 4.
    EvidenceEqual: "SHA-256, SM3 and length ({length} bytes) equal the deposited ones",
        "SHA-256、SM3 与长度（{length} 字节）均与存证一致";
    EvidenceEqualSalted: "salted as disclosed, SHA-256 and SM3 of the evidence ({length} bytes) equal the deposited ones",
        "按披露的盐值加盐后，证据（{length} 字节）的 SHA-256 与 SM3 均与存证一致";
    EvidenceDiffers: "SHA-256 {sha256}, SM3 {sm3}, length {length}: {given} bytes given, {recorded} deposited",
        "SHA-256 {sha256}，SM3 {sm3}，长度{length}：所提供 {given} 字节，存证 {recorded} 字节";
    EvidenceDiffersSalted: "salted as disclosed, SHA-256 {sha256}, SM3 {sm3} ({given} bytes given; the length is not recorded)",
        "按披露的盐值加盐后，SHA-256 {sha256}，SM3 {sm3}（所提供 {given} 字节；长度未记录）";
    FolderEqual: "the folder holds the {count} files of its manifest as they were, and no other",
        "文件夹与清单一致，恰为清单所列 {count} 个文件";
    FolderDiffers: "the folder is not as its manifest says: {changed} changed, {missing} missing, {added} added, {renamed} renamed",
        "文件夹与清单不一致：已更改 {changed} 个，缺失 {missing} 个，多出 {added} 个，改名 {renamed} 个";
    MemberListed: "the file has the SHA-256 that the package's manifest lists for {path}", "该文件的 SHA-256 与证据包清单所列 {path} 一致";
    MemberRenamed: "the file has the SHA-256 that the package's manifest lists for {path}; it is called {name} here",
        "该文件的 SHA-256 与证据包清单所列 {path} 一致；此处名为 {name}";
    MemberChanged: "the package's manifest lists {path} with another SHA-256: {sha256}",
        "证据包清单所列 {path} 的 SHA-256 不同：{sha256}";
    MemberNotListed: "the package's manifest lists no file with this SHA-256", "证据包清单中没有 SHA-256 与此相同的文件";
    Equals: "equals", "一致";
    Differs: "differs", "不一致";
    EvidenceNotGiven: "neither the evidence nor its digests were given", "未提供证据或其摘要";
    EvidenceNone: "this entry deposits no evidence: it is of kind {kind}", "该条目不含证据存证：类型为 {kind}";
    SaltWithheld: "the evidence was deposited salted, and its salt is not disclosed", "证据系加盐存证，盐值未披露";
    NoEntry: "there is no entry to check", "没有可核验的条目";
    StatementNotUnderstood: "not understood: {error}", "无法理解：{error}";
    KindNotUnderstood: "not understood: statements of kind {kind} are not known to this software",
        "无法理解：本软件不认识类型为 {kind} 的声明";
    SuiteNotUnderstood: "not understood: signature suite {suite} is not known to this software",
        "无法理解：本软件不认识签名套件 {suite}";
    SignatureValid: "the statement is signed by key {key}", "声明由密钥 {key} 签名，签名有效";
    ConsentValid: "the statement is signed by key {key}, with the consent of the key that it names",
        "声明由密钥 {key} 签名，签名有效，且其所列密钥已同意";
    SignatureBad: "the signature over the statement is not valid for key {key}", "声明的签名对密钥 {key} 无效";
    ConsentBad: "the consent of the key that it names is not valid", "其所列密钥的同意签名无效";
    NothingDisclosed: "nothing is disclosed, so nothing contradicts the deposit", "未披露任何内容，故与存证无矛盾";
    DetailsWithheld: "the deposit commits to private details, which are not disclosed here",
        "存证含有私密详情的承诺值，此处未披露详情";
    SaltMatches: "the disclosed evidence salt leads to the deposited digests", "披露的证据盐值可得出存证的摘要";
    SaltNotMade: "the disclosed evidence salt can only be checked together with the right evidence (check 2)",
        "披露的证据盐值须与正确的证据一并核验（第2项）";
    DetailsMatch: "the disclosed details equal the deposited commitment", "披露的详情与存证的承诺值一致";
    DetailsDiffer: "the disclosed details differ from the deposited commitment", "披露的详情与存证的承诺值不一致";
    DetailsNone: "details are disclosed, but the deposit commits to none", "披露了详情，但存证未含详情的承诺值";
    DetailsMalformed: "the disclosed details are malformed and are shown as raw bytes: {error}",
        "披露的详情格式不正确，按原始字节显示：{error}";
    DisclosureNotMade: "what is disclosed cannot be compared, since the statement is not understood",
        "因声明无法理解，披露内容无从比对";

    // Steps 5 to 8.
    LogSigned: "signed by {key}, whose policy line is for this origin", "由 {key} 签名，核验策略中该密钥对应此来源";
    LogSignatureBad: "the signature by {key}, a log key of the policy, is not valid: {error}",
        "策略所列账本密钥 {key} 的签名无效：{error}";
    LogOriginDiffers: "the checkpoint is of {origin}, but {key} signs for another origin",
        "检查点来源为 {origin}，而签名密钥 {key} 属于另一来源";
    LogKeyRetired: "signed by key {key} alone, which the ledger has replaced: it counts for {origin} only where a quorum of witnesses \
                   vouches for a time before {time}",
        "仅由密钥 {key} 签署，而该密钥已被账本轮换停用：须有达到法定见证数的见证人证明时间早于 {time}，方可为 {origin} 采信";
    LogKeyUnknown: "no log key of the policy signed this checkpoint of {origin}",
        "核验策略中没有任何账本密钥签署过 {origin} 的该检查点";
    PolicyNotGiven: "no policy was given, so no key is trusted", "未提供核验策略，故不信任任何密钥";
    NoCheckpoint: "there is no checkpoint to check", "没有可核验的检查点";
    NoWitnessRequired: "no witness required by the policy", "核验策略不要求见证人";
    QuorumReached: "the quorum is reached: {valid} valid cosignatures of witnesses in the policy",
        "已达到法定见证数：策略所列见证人的有效联署 {valid} 个";
    QuorumNotReached: "the quorum is not reached: {valid} valid cosignatures of witnesses in the policy",
        "未达到法定见证数：策略所列见证人的有效联署 {valid} 个";
    CosignatureBad: "the cosignature of {witness} is not valid", "见证人 {witness} 的联署无效";
    PathLeads: "a path of {hashes} hashes leads from entry {index} to the root of the tree of {size} entries",
        "由 {hashes} 个哈希组成的路径从第 {index} 号条目通向 {size} 个条目之树的根";
    PathWrong: "the path of {hashes} hashes does not lead from entry {index} to the root of the tree of {size}: {error}",
        "{hashes} 个哈希的路径不能从第 {index} 号条目通向 {size} 个条目之树的根：{error}";
    IndexBeyondSize: "entry {index} is outside the checkpoint's tree of {size} entries",
        "第 {index} 号条目不在检查点的 {size} 个条目之内";
    LedgerNotAtHand: "not checked: neither the ledger nor a replayed copy was at hand", "未核验：手边没有账本或其重放副本";
    LedgerAsked: "asked {source}, and took its word for it", "已查询 {source}，以其答复为准";
    LedgerReplayed: "looked up in {source}, replayed up to {size} entries", "已在重放至 {size} 个条目的 {source} 中查询";
    EarlierDeposits: "earlier deposits of the same evidence: {count}", "同一证据的更早存证：{count} 件";
    PartialHits: "entries with one digest in common, which are not the same evidence: {count}",
        "仅有一项摘要相同、并非同一证据的条目：{count} 件";
    EarlierNotApplicable: "earlier deposits are not looked up for this entry", "不为该条目查询更早存证";
    SearchComplete: "{source}, replayed completely up to {size} entries, holds no open deposit of this evidence",
        "{source} 已完整重放至 {size} 个条目，其中没有该证据的明文存证";
    SearchIncomplete: "{source} was not replayed completely to the checkpoint: nothing can be said",
        "{source} 未完整重放至该检查点，无法得出结论";
    SearchFound: "this evidence was deposited: entries {entries}; verify it with a receipt",
        "该证据已存证：编号 {entries}；请凭回执核验";

    // The submitter's key.
    KeyNotChecked: "the standing of this key was not checked", "该密钥的登记与撤销情况未经核验";
    KeyNotEnrolled: "key not enrolled", "密钥未登记";
    KeyLedgersOwn: "the ledger's own key", "账本自身的密钥";
    KeyRetired: "a key that was the ledger's own, and was replaced", "账本已轮换停用的密钥";
    KeyEnrolled: "enrolled as {name}, by {by}, entry {entry}", "登记名称 {name}，由{by}登记（第 {entry} 号条目）";
    KeyAssurance: "identity, in the registrar's words: {assurance}", "身份核实（登记机构所述）：{assurance}";
    KeyNotYetValid: "not in force at this entry: the enrolment begins at {time}", "在该条目处尚未生效：登记自 {time} 起有效";
    KeyExpired: "not in force at this entry: the enrolment ended at {time}", "在该条目处已失效：登记至 {time} 止";
    KeyInForce: "the key was enrolled in entry {entry} and in force", "该密钥已在第 {entry} 号条目登记，当时有效";
    KeyRevokedBefore: "revoked in entry {entry}, before this one, which should not have been admitted ({reason}), by {by}",
        "该条目之前已由{by}在第 {entry} 号条目中撤销（{reason}），该条目本不应收录";
    KeyRevokedLater: "revoked later, in entry {entry} ({reason}), by {by}; what it signed before stands",
        "其后由{by}在第 {entry} 号条目中撤销（{reason}）；撤销前所签条目不受影响";
    KeyClaimed: "entry {entry} claims that the key was compromised by then; this changes no verdict",
        "第 {entry} 号条目声称该密钥当时已泄露；不改变核验结论";
    KeyClaim: "in that entry {by} claims that this key was compromised since {since}; this entry was admitted no earlier",
        "在该号条目中，{by}声称该密钥自 {since} 起已泄露；本条目上链不早于此";
    KeyClaimWhy: "That claim is one party's, made afterwards and checked by nobody. It changes no verdict: what was computed above \
        holds whoever held the key. What follows from it is for the court to weigh.",
        "该声称系一方事后所作，未经核验，不改变核验结论：上列核验结果与密钥由谁持有无关。其意义由人民法院审查判断。";
    ByItself: "the key itself", "该密钥自身";
    ByLedger: "the ledger's own key", "账本自身的密钥";
    ByRegistrar: "the registrar with key {key}", "登记机构（密钥 {key}）";
    ByRegistrarNamed: "the registrar {name} (key {key})", "登记机构 {name}（密钥 {key}）";
    ReasonUnspecified: "no reason given", "未说明原因";
    ReasonCompromised: "key compromised", "密钥泄露";
    ReasonSuperseded: "superseded by another key", "已由其他密钥取代";
    ReasonCeased: "its holder stopped", "持有人停用";

    // Remarks.
    WouldMatch: "The evidence would match if {change}. It does not match as it is.", "若{change}，证据即一致；按现状不一致。";
    LineEndDropped: "its last line end (LF) were dropped", "去掉末尾换行（LF）";
    CrLfDropped: "its last line end (CR LF) were dropped", "去掉末尾换行（CR LF）";
    LineEndAdded: "a line end (LF) were added at its end", "在末尾加上换行（LF）";
    CrLfAdded: "a line end (CR LF) were added at its end", "在末尾加上换行（CR LF）";
    MarkDropped: "the byte order mark at its start were dropped", "去掉开头的字节序标记（BOM）";
    MarkAdded: "a byte order mark were added at its start", "在开头加上字节序标记（BOM）";
    LinesToLf: "its line ends were LF, not CR LF", "将换行由 CR LF 改为 LF";
    LinesToCrLf: "its line ends were CR LF, not LF", "将换行由 LF 改为 CR LF";
    LongerBy: "The evidence given is {bytes} bytes longer than what was deposited.", "所提供的证据比存证的长 {bytes} 字节。";
    ShorterBy: "The evidence given is {bytes} bytes shorter than what was deposited.", "所提供的证据比存证的短 {bytes} 字节。";

    // Headings and labels.
    Report: "Verification report", "核验报告";
    Verdict: "Verdict", "核验结论";
    Checks: "Checks", "核验项目";
    Remarks: "Remarks", "说明";
    Evidence: "Evidence", "证据";
    File: "file", "文件";
    Folder: "folder", "文件夹";
    PackageFile: "file shown", "出示文件";
    PackageManifest: "manifest", "清单";
    FilesSame: "{count} files the same", "{count} 个文件相同";
    FileChanged: "changed", "已更改";
    FileMissing: "missing", "缺失";
    FileAdded: "added", "多出";
    FileRenamed: "renamed", "改名";
    MoreFiles: "and {count} more", "另有 {count} 个";
    Length: "length", "长度";
    Bytes: "{count} bytes", "{count} 字节";
    AsComputed: "as computed", "核验所得";
    AsRecorded: "as recorded", "存证所记";
    AsComputedSalted: "as computed, salted", "加盐所得";
    AsRecordedSalted: "as recorded, salted", "存证所记（加盐）";
    NotRecordedSalted: "not recorded: salted", "未记录：加盐存证";
    Entry: "Entry", "条目";
    EntryNumber: "entry number", "存证编号";
    StatementId: "statement id", "声明标识";
    KindLabel: "kind", "类型";
    LeafHash: "leaf hash", "叶哈希";
    Submitter: "submitter", "存证人";
    EarliestDeposit: "earliest", "首次存证";
    EarlierDeposit: "earlier", "更早存证";
    PartialLabel: "not the same", "并非同一";
    PartialWhy: "{agrees}: other evidence, which does not count as earlier", "{agrees}：系其他证据，不计入更早存证";
    AgreesSha256: "only SHA-256 agrees", "仅 SHA-256 相同";
    AgreesSm3: "only SM3 agrees", "仅 SM3 相同";
    AgreesDigests: "both digests agree, and mode or length does not", "两种摘要相同，摘要方式或长度不同";
    FirstIsNotCreation: "Who deposited first here has not thereby made it first.", "首次存证不等于最先创作。";
    Continues: "continues", "接续声明";
    Times: "Times", "时间";
    ClaimedTime: "claimed time", "声称时间";
    AdmittedTime: "time of admission", "上链时间";
    TrustedTime: "trusted time", "可信时间";
    ClaimedBy: "the submitter's claim, not checked", "存证人自述，未经核验";
    ClockOfLedger: "the clock of the ledger's operator", "账本运营方的时钟";
    NoLaterThan: "no later than {time}", "不晚于 {time}";
    NoEarlierThan: "not before {time}: witnesses had cosigned the first {size} entries then, without this one",
        "不早于 {time}：其时见证人所联署的前 {size} 个条目中尚无本条目";
    NoEarlierOtherLedger: "no lower bound: the checkpoint given for it is another ledger's", "无下限：所提供的检查点属于另一账本";
    NoEarlierCovers: "no lower bound: the checkpoint given for it, of {size} entries, has this entry already",
        "无下限：所提供的检查点有 {size} 个条目，已含本条目";
    NoEarlierNoLater: "no lower bound: nobody vouches for the upper one", "无下限：上限亦无人作证";
    NoEarlierNoQuorum: "no lower bound: the checkpoint given for it is not signed by a log of the policy with the quorum of witnesses",
        "无下限：所提供的检查点未由核验策略所列账本签名并达到法定见证数";
    NoEarlierContradicts: "no lower bound: the checkpoint given for it was cosigned at {time}, after the upper one: clocks of \
        witnesses disagree",
        "无下限：所提供的检查点于 {time} 联署，晚于上限：见证人的时钟不一致";
    SecondsAfter1970: "{count} seconds after 1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z 之后 {count} 秒";
    ClockOfWitnesses: "the clocks of the witnesses: {witnesses}", "见证人的时钟：{witnesses}";
    NobodyVouches: "nobody vouches for a time: the policy requires no witness", "无人为时间作证：核验策略不要求见证人";
    NoPolicyVouches: "nobody vouches for a time that could be checked here", "没有可在此核验的时间见证";
    QuorumMissing: "nobody vouches for a time: the quorum is not reached", "无人为时间作证：未达到法定见证数";
    NotStated: "not stated", "未说明";
    CheckpointHeading: "Checkpoint", "检查点";
    Origin: "origin", "来源";
    Size: "size", "条目数";
    Root: "root", "树根";
    ReliedOn: "relies on", "所依据密钥";
    KeyId: "{name} (key id {id})", "{name}（密钥标识 {id}）";
    Witness: "witness", "见证人";
    WitnessAt: "{name} (key id {id}), at {time}", "{name}（密钥标识 {id}），{time}";
    WitnessBad: "{name} (key id {id}): not valid", "{name}（密钥标识 {id}）：无效";
    DetailsHeading: "Private details, as disclosed", "披露的私密详情";
    Malformed: "malformed, raw bytes in base64", "格式不正确，原始字节（base64）";

    // Before the chain (Online Litigation Rules, Article 18).
    PreChain: "Before the ledger received it (the submitter's word, not checked)", "上链前情况（存证人自述，未经核验）";
    PreSource: "source", "来源出处";
    PreAuthor: "author", "作者";
    PreCapturedAt: "made or captured", "生成或采集时间";
    PreTool: "tool", "工具";
    PreVersion: "tool version", "工具版本";
    PreEnvironment: "environment", "环境";
    PreUrl: "address", "网址";
    PreOperator: "made by", "操作人";
    PrePresent: "present", "在场人";
    PrePlace: "place", "地点";
    PreStorage: "storage", "保存方式";
    NotProvided: "not provided", "未提供";

    // What it proves and what it does not.
    ProvesText: "The data was not altered after it was put on the ledger, unless contrary evidence rebuts this (Online \
        Litigation Rules of the People's Courts, Article 16). Whether to find so is for the court to decide.",
        "该电子数据上链后未经篡改，但有相反证据足以推翻的除外（参见《人民法院在线诉讼规则》第十六条）。是否如此认定，由人民法院决定。";
    ProvesNot: "What it does not prove", "不能证明的事项";
    NotTrue: "that the content is true", "内容真实";
    NotAuthor: "who made or owns it", "由谁创作或归谁所有";
    NotFirst: "who made it first, only who deposited first here", "谁最先创作，仅涉及谁在此首次存证";
    NotHolder: "that the person named held the key, beyond the check stated", "所称之人持有该密钥（所载核验之外）";
    NotBefore: "anything before the ledger received it", "上链之前的任何情况";
    NotComplete: "that a capture was complete", "取证完整";
    NotLawful: "that it is lawful or relevant", "合法或与案件有关联";
    NotLookalike: "that a file that looks the same but has other bytes is the same", "外观相同而字节不同的文件即为同一文件";
    NotFiner: "a time finer than the interval given", "比所载区间更精确的时间";
    NotCollusion: "anything at all if ledger and witnesses collude", "账本与见证人串通时的任何事项";

    // A key that is shown to be held.
    KeyProofKey: "key", "密钥";
    KeyProofFrom: "set by", "提出方";
    KeyProofPurpose: "purpose", "用途";
    KeyProofExpires: "answers until", "答复截止";
    KeyProofReceived: "received", "收到时间";
    KeyProofSame: "the answer is to the challenge that was set", "答复所对应的正是所提出的挑战";
    KeyProofSigned: "the key's signature over the challenge is valid", "该密钥对挑战的签名有效";
    KeyProofInTime: "the answer was received in time", "答复在截止时间前收到";
    KeyProofSubmitter: "the key is that of the receipt's submitter", "该密钥即存证回执所载存证人的密钥";
    KeyProofProves: "Whoever answered could sign with this key after the challenge was set.",
        "答复人在挑战提出之后能够以该密钥签名。";
    KeyProofShowsNothing: "At least one check failed, so the answer shows nothing.", "至少一项核验未通过，该答复不能证明任何事项。";
    KeyProofNot: "It does not show who that is, that nobody else holds the key, or who held it when the deposit was made.",
        "不能证明答复人是谁、他人未持有该密钥，或存证当时由谁持有该密钥。";

    // A list of many.
    ListVerdict: "verdict", "结论";
    ListLine: "line", "行";
    ListEntry: "entry", "条目";
    ListNoEvidence: "the evidence {path} is not there", "没有证据 {path}";
    ListNoReceipt: "its receipt {path} is not there", "没有其存证回执 {path}";
    ListNotVerified: "it could not be verified: {error}", "无法核验：{error}";
    ListNotUtf8: "the line is not UTF-8", "该行不是 UTF-8 文本";
    ListBadQuote: "a quote is left open or out of place", "引号未闭合或位置不当";
    ListFields: "{found} fields, and the first line names {columns} columns", "有 {found} 个字段，而首行列明 {columns} 列";
    ListNoPath: "no path", "没有路径";
    ListSummary: "{all} verified: {matched} match, {mismatched} do not, {undetermined} could not be told",
        "共核验 {all} 件：一致 {matched} 件，不一致 {mismatched} 件，无法判定 {undetermined} 件";
    // Certificate and report as documents.
    Certificate: "Certificate of deposit", "存证证书";
    NotEndorsed: "Made by a program from the receipt named below. It is not issued or endorsed by a court, and it does not \
        replace the receipt: keep both.",
        "本文件由程序依据下列存证回执生成，并非由人民法院出具或认可，亦不能代替存证回执，请一并妥善保存。";
    CodeHolds: "entry number and leaf hash", "存证编号与叶哈希";
    DepositMode: "mode", "摘要方式";
    ModePlain: "plain: digests of the bytes themselves", "明文存证：数据本身的摘要";
    ModeSalted: "salted: digests mixed with a secret salt", "加盐：与保密盐值混合后的摘要";
    StepNumber: "no.", "序号";
    StepLabel: "check", "核验项";
    OutcomeLabel: "outcome", "结果";
    ReasonLabel: "reason", "理由";
    WhoseWord: "by whose clock", "依何人时钟";
    TimeItself: "at {time}", "于 {time}";
    FirstCosigned: "first cosigned", "首次联署";
    ClockOfOneWitness: "the clock of one witness: {witness}", "单个见证人的时钟：{witness}";
    NotCosigned: "no witness of the policy has cosigned it", "核验策略所列见证人均未联署";
    TimeLabel: "time", "时间";
    EarlierHeading: "Earlier deposits of the same evidence", "同一证据的更早存证";
    EarlierNone: "none: no earlier entry of this ledger deposits the same evidence", "无：本账本中没有同一证据的更早存证";
    EarlierUnknown: "not checked: no ledger was asked", "未核验：未查询账本";
    PartialHeading: "One digest in common: not the same evidence", "仅有一项摘要相同：并非同一证据";
    PathLabel: "inclusion path", "包含证明路径";
    PathHashes: "{count} hashes, leaf side first", "{count} 个哈希，自叶侧起";
    DetailsNotDisclosed: "nothing is disclosed", "未披露任何内容";
    VerifyAgain: "How to verify it again", "如何再次核验";
    CommandNote: "Off line, on any machine, with the evidence, its receipt, and a policy that you obtained by a way of your own. \
        Whoever verifies the same with the same version gets the same verdict.",
        "可在任何计算机上离线进行，须备有证据、存证回执及自行取得的核验策略。以同一版本核验相同材料者，所得结论相同。";
    FormatLabel: "formats", "格式版本";
    PolicyKeys: "keys of the policy", "策略所列密钥";
    PolicyLogKey: "ledger: {key}", "账本：{key}";
    PolicyWitnessKey: "witness: {key}", "见证人：{key}";

    // Who verified, with what.
    VerifiedWith: "Verified with", "核验方式";
    VerifiedBy: "verified by", "核验人";
    VerifiedAt: "verified at", "核验时间";
    Software: "software", "软件";
    PolicyLabel: "policy", "核验策略";
    ReceiptLabel: "receipt", "存证回执";
    Sha256Of: "SHA-256 {sha256}", "SHA-256 {sha256}";
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::super::platform_words::PlatformWord;
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_word_is_there_in_both_languages_with_the_same_places() {
        let tables = Word::VARIANTS.iter().map(|word| [Language::En, Language::Zh].map(|language| word.text(language)));
        let platform = PlatformWord::VARIANTS.iter();
        let platform = platform.map(|word| [Language::En, Language::Zh].map(|language| word.text(language)));
        for [en, zh] in tables.chain(platform) {
            assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{en:?}");
            assert_eq!(places(en), places(zh), "{en:?}");
            assert!(en.is_ascii(), "{en:?}: English that a plain terminal cannot show");
            let chinese = zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese || zh == Word::Sha256Of.text(Language::Zh), "{en:?} has no Chinese");
        }
    }
}
