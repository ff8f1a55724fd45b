package intake

import "xinju.dev/services/platform/fault"

// Why something handed in is not accepted, whatever it holds.
var (
	ErrFileTooLarge = fault.New(fault.Exhausted, "FEED_FILE_TOO_LARGE",
		"the file is larger than one batch may be; split it", "文件超过单批上限，请拆分后发送")
	ErrHeader = fault.New(fault.Invalid, "FEED_HEADER_INVALID",
		"the first message must carry the header", "首个消息须带有批次说明")
	ErrBatchNotFound = fault.New(fault.NotFound, "FEED_BATCH_NOT_FOUND", "there is no such batch", "批次不存在")
	ErrOutcome       = fault.New(fault.Invalid, "FEED_OUTCOME_UNKNOWN", "a row has no such outcome", "没有这种行处理结果")
	ErrFileLost      = fault.New(fault.Precondition, "FEED_FILE_LOST",
		"the received file is no longer there or was changed; send it again", "已接收的文件丢失或被改动，请重新发送")
	ErrSpoolFull = fault.New(fault.Unavailable, "FEED_SPOOL_UNAVAILABLE",
		"the file could not be kept; try again later", "文件暂时无法保存，请稍后重试")
	ErrNotApplied = fault.New(fault.Invalid, "ROW_NOT_APPLIED",
		"the store does not accept the row's values", "数据库不接受该行的取值")
	ErrTarget = fault.New(fault.Invalid, "FEED_TARGET_UNKNOWN",
		"this service takes no files of that kind", "本服务不接收此类文件")
)

// Why a manifest or a signature is refused.
var (
	ErrManifest = fault.New(fault.Invalid, "FEED_MANIFEST_INVALID",
		"the manifest is malformed", "批次清单格式不正确")
	ErrSignature = fault.New(fault.Invalid, "FEED_SIGNATURE_INVALID",
		"the sender's signature does not fit the manifest", "报送单位签名与批次清单不符")
	ErrUnsigned = fault.New(fault.Precondition, "FEED_SIGNATURE_REQUIRED",
		"this sender has a registered key and must sign a manifest", "该报送单位已登记公钥，须附经签名的批次清单")
	ErrDigest = fault.New(fault.Invalid, "FEED_DIGEST_MISMATCH",
		"the file is not the one that the manifest describes", "文件内容与批次清单的摘要不符")
	ErrRowCount = fault.New(fault.Invalid, "FEED_ROW_COUNT_MISMATCH",
		"the file does not have as many rows as the manifest says", "文件行数与批次清单不符")
	ErrSequenceUsed = fault.New(fault.Exists, "FEED_SEQUENCE_USED",
		"the sender used this sequence number before for another content", "该序号已用于内容不同的批次")
	ErrKey = fault.New(fault.Invalid, "FEED_KEY_INVALID",
		"a public key is 32 bytes of Ed25519", "公钥须为32字节的Ed25519公钥")
	ErrSenderNotFound = fault.New(fault.NotFound, "FEED_SENDER_NOT_FOUND", "nobody has sent under this name", "该报送单位不存在")
	ErrInterval       = fault.New(fault.Invalid, "FEED_INTERVAL_INVALID",
		"the expected interval is 1 to 8,760 hours, or 0 for none", "预期间隔须为1至8760小时，0表示不检查")
)

// Why something asked of a batch cannot be done.
var (
	ErrBatchState = fault.New(fault.Precondition, "FEED_BATCH_STATE",
		"the batch is not in a state in which that can be done", "批次当前状态不允许该操作")
	ErrNoWithdrawal = fault.New(fault.Precondition, "FEED_WITHDRAWAL_UNSUPPORTED",
		"batches of this kind cannot be withdrawn", "此类批次不能撤回")
	ErrOutdated = fault.New(fault.Precondition, "SNAPSHOT_OUTDATED",
		"a newer full list of this sender was applied meanwhile", "该报送单位更新的全量名单已先行处理")
	ErrUnfinished = fault.New(fault.Precondition, "SNAPSHOT_UNFINISHED",
		"an earlier full list of this sender stopped halfway; resume or withdraw it, and send this one again",
		"该报送单位较早的全量名单中途停止；请先继续或撤回该名单，再重新发送本名单")
	ErrListRests = fault.New(fault.Precondition, "SNAPSHOT_RESTED_ON",
		"a later full list was compared with this one; withdraw that one first", "其后的全量名单以此名单为比对基础，请先撤回其后的名单")
	ErrNoList = fault.New(fault.Invalid, "SNAPSHOT_UNSUPPORTED",
		"this service takes events and no full lists", "本服务只接收事件，不接收全量名单")
	HoldGone = fault.New(fault.Precondition, "SNAPSHOT_MANY_GONE",
		"more people than usual are missing from the full list; a person must confirm it", "全量名单中消失的人数超过上限，须人工确认")
	HoldUnclear = fault.New(fault.Precondition, "SNAPSHOT_ROWS_UNCLEAR",
		"rows of the full list name nobody who can be identified, so that nobody can be said to have left; put them right, or let a person confirm the list",
		"全量名单中有无法识别人员的行，不能据此认定他人已离开；请改正，或经人工确认")
	ErrListTwice = fault.New(fault.Invalid, "SNAPSHOT_ROW_TWICE",
		"the same person stands in the full list twice", "同一人员在全量名单中出现两次")
)

// What a stream fails with.
var (
	ErrStreamToken = fault.New(fault.Invalid, "FEED_STREAM_TOKEN_INVALID",
		"the resume token is not one of this sender's open streams", "续传令牌无效")
	ErrStreamGap = fault.New(fault.Invalid, "FEED_STREAM_SEQUENCE",
		"the sequence does not follow the one before", "事件序号不连续")
	ErrStreamOther = fault.New(fault.Exists, "FEED_STREAM_SEQUENCE_USED",
		"another event was sent under this sequence before; begin a new stream for new events", "该序号已用于另一事件；新事件请另开事件流")
	ErrStreamTaken = fault.New(fault.Stale, "FEED_STREAM_TAKEN",
		"another connection goes on with this stream", "该事件流已由另一连接接续")
	ErrPreview = fault.New(fault.Invalid, "FEED_PREVIEW_INVALID",
		"a preview needs the beginning of a file or a batch whose file is still kept", "预览须提供文件开头，或文件仍保留的批次")
)

// Why a profile is not taken, or a file has none.
var (
	ErrProfileNotFound = fault.New(fault.NotFound, "FEED_PROFILE_NOT_FOUND", "there is no such profile", "映射方案不存在")
	ErrProfileExists   = fault.New(fault.Exists, "FEED_PROFILE_EXISTS", "there is a profile of that name", "同名映射方案已存在")
	ErrProfileChanged  = fault.New(fault.Stale, "FEED_PROFILE_CHANGED",
		"the profile was changed since it was read; read it again", "映射方案在读取之后已被修改，请重新读取")
	ErrProfile      = fault.New(fault.Invalid, "FEED_PROFILE_INVALID", "the profile is malformed", "映射方案不正确")
	ErrProfileOther = fault.New(fault.Invalid, "FEED_PROFILE_OTHER_SENDER",
		"the profile is for other senders or another kind of file", "映射方案用于其他报送单位或其他类型的文件")
	ErrProfileAmbiguous = fault.New(fault.Invalid, "FEED_PROFILE_AMBIGUOUS",
		"two profiles are for this sender alike; name the one that is meant", "有两个映射方案同样适用于该报送单位，请指明其一")
)
