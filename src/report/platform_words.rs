//! The words of a platform statement, in English and in Chinese, side by side.
//!
//! The order is that of Article 17 of the Online Litigation Rules: standing, interest, system, technology and process.

use super::words::{Language, words};

words! {
    /// One row of the table.
    PlatformWord:

    Title: "Platform statement", "平台技术说明";
    About: "What Article 17 of the Online Litigation Rules of the People's Courts looks at in a platform that evidence was \
        deposited on, as far as a program can tell it from the ledger's folder and from its server's configuration. It is the \
        operator's own statement. Nobody has examined it, no court has endorsed it, and it certifies nothing.",
        "本说明就《人民法院在线诉讼规则》第十七条对存证平台审查的事项，由程序依据账本文件夹及服务器运行配置列出。\
        本说明系运营方自述，未经任何人审查，未获人民法院认可，亦不构成任何认证。";
    MadeAt: "made at", "生成时间";
    MadeWith: "made with", "生成软件";
    NotProvided: "not provided", "未提供";

    // Item 1.
    Standing: "1. Standing of the platform (Article 17, item 1)", "一、平台资质（第十七条第一项）";
    Ledger: "ledger", "账本";
    LedgerKey: "its key", "账本密钥";
    Operator: "operator", "运营方";
    Filing: "filings, licences", "备案与许可";
    InOperatorsWords: "{text} (as the operator states)", "{text}（运营方自述）";

    // Item 2.
    Interest: "2. Interest in the parties (Article 17, item 2)", "二、与当事人的利害关系（第十七条第二项）";
    Admission: "who may deposit", "准入方式";
    AdmissionOpen: "anyone: keys need no enrolment", "任何人均可存证，密钥无须登记";
    AdmissionEnrolled: "only keys that a registrar has enrolled", "仅限登记机构已登记的密钥";
    OperatorsKey: "operator's key", "运营方密钥";
    WhyLedger: "{key}, the ledger's own", "{key}，账本自身的密钥";
    WhyRegistrar: "{key}, the registrar {name}", "{key}，登记机构 {name}";
    WhyNamed: "{key}, named as the operator's", "{key}，经指明属于运营方";
    WhyNamedAs: "{key}, enrolled as {name}, named as the operator's", "{key}，登记名称 {name}，经指明属于运营方";
    Flagged: "ATTENTION: this submitter is the operator. It deposited {count}: entries {entries}",
        "注意：该存证人即运营方，共存证 {count} 件，存证编号 {entries}";
    FlaggedMore: "{entries} and further", "{entries} 等";
    NoDeposits: "no deposits", "未存证";
    OperatorIsSubmitter: "operator as submitter", "运营方自行存证";
    Yes: "yes, see above", "有，见上";
    No: "none by these keys. A key that the operator holds under another name would not be seen here",
        "上列密钥未见存证。运营方以其他名义持有的密钥，本说明无从发现";
    CanDo: "what it can do", "运营方所能为";
    CanDoText: "Refuse or hold back a deposit; set the clock that times of admission are by. It sees digests and no evidence.",
        "可拒绝或迟延收录；可设定上链时间所依据的时钟。仅见摘要，不见证据原文。";
    CanDoUnwitnessed: "Without witnesses it could also show different people different histories, or write a new one; who holds a \
        receipt of the other can prove that.",
        "无见证人时，还可能向不同的人出示不同的历史，或另造历史；持有另一历史之回执者可以证明。";
    CannotDo: "what it cannot", "运营方所不能为";
    CannotDoText: "Alter, remove or reorder what a receipt proves, or deposit under a key that it does not hold, without it showing.",
        "不能在不被发现的情况下更改、删除或重排回执所证明的内容，亦不能以其未持有的密钥存证。";

    // Item 3.
    System: "3. The information system (Article 17, item 3)", "三、信息系统（第十七条第三项）";
    Server: "server", "服务器";
    ServerRuns: "running since {time}", "自 {time} 起运行";
    ServerRan: "not running; last started at {time}", "未在运行；上次启动于 {time}";
    ServerSoftware: "its program", "服务器软件";
    ServerNever: "none has written down its configuration in this folder", "该文件夹中没有服务器写下的运行配置";
    ListensAt: "listens at", "监听地址";
    Storage: "storage", "存储";
    StorageText: "RocksDB. An entry is written and synced to disk before its receipt is given; on opening, the tree is computed again \
        and compared with the last signed checkpoint.",
        "RocksDB。条目写入磁盘并同步后方给出回执；打开时重新计算哈希树，并与最后签署的检查点比对。";
    Free: "free on its disk", "磁盘可用空间";
    FreeBytes: "{count} bytes", "{count} 字节";
    LeastFree: "admits nothing below", "停止收录下限";
    Entries: "entries", "条目数";
    EntriesText: "{size}, from {first} to {last}", "{size} 个，自 {first} 至 {last}";
    RootLabel: "root", "树根";
    Lookups: "lookups", "查询";
    LookupsWhole: "complete", "完整";
    LookupsNot: "not complete: they are errors until the indexes are made again", "不完整：重建索引之前查询一律报错";
    Clock: "clock source", "时钟来源";
    ClockText: "the operating system's clock of the server. Times never go back; nothing is admitted while the clock is more than a \
        minute behind the last entry. How that clock is set, the program cannot tell.",
        "服务器操作系统的时钟。上链时间不倒退；时钟落后于最后条目逾一分钟时停止收录。该时钟如何校准，程序无从得知。";
    KeyFile: "the ledger's private key", "账本私钥";
    KeyEncrypted: "in the ledger's folder, under a passphrase", "存于账本文件夹，以口令加密";
    KeyPlain: "in the ledger's folder, not encrypted", "存于账本文件夹，未加密";
    KeyElsewhere: "not in the ledger's folder, or not readable", "不在账本文件夹中，或不可读取";
    Doubt: "found wrong", "发现异常";
    Certified: "standards", "标准与认证";
    CertifiedText: "No certification of the system or of its cryptography is claimed. The algorithms are compatible with those of \
        the standards named below.",
        "不声称系统或其密码技术已获任何认证；所用算法与下列标准所定算法兼容。";

    // Item 4.
    Technology: "4. Technology and process (Article 17, item 4)", "四、存证技术和过程（第十七条第四项）";
    Digests: "digests", "摘要";
    DigestsText: "SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) of every piece of evidence, computed by the submitter; the file is never \
        sent. Of evidence that could be guessed, both are mixed with a secret salt.",
        "每件证据均由存证人在本地计算 SHA-256（FIPS 180-4）与 SM3（GB/T 32905）；文件不外传。可被猜出的证据，两种摘要均与保密盐值混合。";
    Signatures: "signatures", "签名";
    SignaturesText: "Ed25519 (RFC 8032), by the submitter over digests, mode, length and time together, and by the ledger over its tree",
        "Ed25519（RFC 8032）：存证人对摘要、方式、长度与时间一并签名，账本对其哈希树签名";
    Tree: "tree, proofs", "哈希树与证明";
    TreeText: "RFC 6962 over SHA-256, and a hash chain through the entries; checkpoints, tiles, proofs and cosignatures by C2SP",
        "RFC 6962（SHA-256），条目另成哈希链；检查点、瓦片、证明与联署依 C2SP 规范";
    Formats: "formats", "格式版本";
    Transmission: "transmission", "数据传输";
    TransmissionText: "HTTP; encryption on the way is for what stands before the server. What is sent is signed, what comes back is \
        a receipt that proves itself: both show a change on the way.",
        "HTTP；传输加密由服务器之前的设施承担。所发内容均经签名，所得回执可自证，途中的更改均可发现。";
    Witnesses: "witnesses", "见证人";
    WitnessesNone: "none: nobody but the operator vouches for time and order", "无：除运营方外无人为时间与顺序作证";
    WitnessesUnknown: "not known: no server has written down its configuration", "不详：没有服务器写下的运行配置";
    WitnessRequired: "a quorum of them is required", "须达到法定见证数";
    WitnessNotRequired: "asked, but not required", "请求联署，但不作要求";
    Publishes: "publishes", "公布的检查点";
    PublishesImmediate: "the newest checkpoint, as soon as it is signed", "签署后立即公布最新检查点";
    PublishesQuorum: "the newest checkpoint that the quorum has cosigned", "公布已达法定见证数的最新检查点";
    Verification: "verification", "核验";
    VerificationText: "By anyone, off line, from evidence, receipt and policy; the whole ledger by replay. Neither needs the operator.",
        "任何人均可凭证据、存证回执与核验策略离线核验，并可全链重放，均无须运营方参与。";
    Commands: "to check this", "核对方法";
}
