package intake

import "xinju.dev/services/platform/fault"

// Why a file as a whole is not accepted.
var (
	ErrFileEmpty = fault.New(fault.Invalid, "FEED_FILE_EMPTY",
		"the file is empty or holds no row below its header", "文件为空，或表头之下没有数据行")
	ErrFileUnreadable = fault.New(fault.Invalid, "FEED_FILE_UNREADABLE",
		"the file is not a text file of separated values; save it as CSV and send it again", "文件不是分隔符文本，请另存为 CSV 后重新发送")
	ErrEncodingUnknown = fault.New(fault.Invalid, "FEED_ENCODING_UNKNOWN",
		"the encoding of the file is neither GB18030 nor UTF-8, or is not the one that was given", "文件编码不是 GB18030 或 UTF-8，或与所填编码不符")
	ErrColumnsUnknown = fault.New(fault.Invalid, "FEED_COLUMNS_UNKNOWN",
		"the first line of the file does not name the required columns", "文件首行未包含必需的列名")
	ErrColumnTwice = fault.New(fault.Invalid, "FEED_COLUMN_TWICE",
		"two columns of the file have the same meaning", "文件中有两列含义相同")
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
)

// Why one row is refused or kept for review, beside the faults of core and
// ident. None of them quotes the row.
var (
	ErrRowEncoding = fault.New(fault.Invalid, "ENCODING_BROKEN",
		"the row holds bytes that are no character of the file's encoding", "行中含有无法按文件编码解读的字节")
	ErrRowColumns = fault.New(fault.Invalid, "ROW_COLUMN_COUNT",
		"the row does not have as many columns as the header", "列数与表头不符")
	ErrRowTorn = fault.New(fault.Invalid, "ROW_TORN",
		"the last row is cut off: columns are missing and so is the line end", "末行不完整：缺少列且没有换行")
	ErrRowTooLong = fault.New(fault.Invalid, "ROW_TOO_LONG",
		"the row is longer than 64 KiB", "行长度超过 64 KiB")
	ErrRowQuotes = fault.New(fault.Invalid, "ROW_QUOTES",
		"a quotation mark is not closed before the end of the line, or text follows a closing one", "引号在行尾前未闭合，或闭合后仍有文字")
	ErrTextDamaged = fault.New(fault.Invalid, "TEXT_DAMAGED",
		"the text was damaged before it was sent (question marks or wrongly decoded characters)", "文字在发送前已损坏（问号或乱码）")
	ErrTextPrivate = fault.New(fault.Invalid, "TEXT_PRIVATE_USE",
		"the text holds private-use characters, which show differently on every system; compare with the document", "文字含自造字，各系统显示不一，请核对证件")
	ErrNumberExcel = fault.New(fault.Invalid, "NUMBER_DAMAGED_BY_EXCEL",
		"a spreadsheet changed the number (1.1E+17, or the last digits set to 0); format the column as text and send it again", "号码被电子表格改写（科学计数或末位变 0），请将该列设为文本后重新发送")
	ErrDateImpossible = fault.New(fault.Invalid, "DATE_IMPOSSIBLE",
		"there is no such day, or it is not written as 20250301, 2025-03-01, 2025/3/1 or 2025年3月1日", "日期不存在，或格式不是 20250301、2025-03-01、2025/3/1、2025年3月1日")
	ErrValueMissing = fault.New(fault.Invalid, "VALUE_MISSING",
		"a required column is empty", "必填列为空")
	ErrDivisionForm = fault.New(fault.Invalid, "DIVISION_CODE_MALFORMED",
		"a division code has 6, 9 or 12 digits", "区划代码应为 6、9 或 12 位数字")
	ErrNotApplied = fault.New(fault.Invalid, "ROW_NOT_APPLIED",
		"the store does not accept the row's values", "数据库不接受该行的取值")
)
