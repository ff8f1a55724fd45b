package rowfile

import "xinju.dev/services/platform/fault"

// Why a file as a whole is not read.
var (
	ErrFileEmpty = fault.New(fault.Invalid, "FEED_FILE_EMPTY",
		"the file is empty or holds no row below its header", "文件为空，或表头之下没有数据行")
	// ErrFileUnreadable carries "kind": what the file is instead.
	ErrFileUnreadable = fault.New(fault.Invalid, "FEED_FILE_UNREADABLE",
		"the file is of a kind that is not read; save it as CSV or .xlsx and send it again", "不支持此类文件，请另存为 CSV 或 .xlsx 后重新发送")
	ErrFileTorn = fault.New(fault.Invalid, "FEED_FILE_TORN",
		"the file is cut off or damaged; send it again", "文件不完整或已损坏，请重新发送")
	// ErrFileHostile carries "limit": what was exceeded or is not allowed.
	ErrFileHostile = fault.New(fault.Invalid, "FEED_FILE_HOSTILE",
		"the file unpacks, nests or refers beyond what a list of rows needs", "文件的解压大小、嵌套层数或引用超出数据清单所需")
	ErrFileLocked = fault.New(fault.Invalid, "FEED_FILE_LOCKED",
		"the workbook is protected by a password; remove it and send the file again", "工作簿已加密，请取消密码后重新发送")
	ErrEncodingUnknown = fault.New(fault.Invalid, "FEED_ENCODING_UNKNOWN",
		"the encoding of the file is neither GB18030 nor UTF-8 nor UTF-16, or is not the one that was given", "文件编码不是 GB18030、UTF-8 或 UTF-16，或与所填编码不符")
	ErrColumnsUnknown = fault.New(fault.Invalid, "FEED_COLUMNS_UNKNOWN",
		"the first line of the file does not name the required columns", "文件首行未包含必需的列名")
	ErrColumnTwice = fault.New(fault.Invalid, "FEED_COLUMN_TWICE",
		"two columns of the file have the same meaning", "文件中有两列含义相同")
	ErrColumnsMany = fault.New(fault.Invalid, "FEED_COLUMNS_TOO_MANY",
		"the file has more than 1000 columns", "文件超过 1000 列")
	ErrSheet = fault.New(fault.Invalid, "FEED_SHEET_NOT_FOUND",
		"the workbook has no such sheet, or no visible sheet with a header and rows", "工作簿中没有所填的工作表，或没有带表头和数据的可见工作表")
	ErrRowsUnknown = fault.New(fault.Invalid, "FEED_ROWS_NOT_FOUND",
		"no repeated element or object is found in the file; name the element that is a row", "文件中未找到重复的行元素或对象，请填写行元素名称")
	ErrMerged = fault.New(fault.Invalid, "FEED_CELLS_MERGED",
		"too many rows of the sheet are merged; unmerge and fill them", "工作表中合并单元格过多，请取消合并并填写完整")
	ErrHint = fault.New(fault.Invalid, "FEED_HINT_INVALID",
		"what was said about the file is incomplete or contradicts itself", "对文件的说明不完整或自相矛盾")
	ErrFileDamaged = fault.New(fault.Invalid, "FEED_TEXT_DAMAGED",
		"most of the text of the file was damaged before it was sent; export it anew", "文件中大部分文字在发送前已损坏，请重新导出")
	ErrFileConverted = fault.New(fault.Invalid, "FEED_TEXT_CONVERTED",
		"the text of the file went through a converter of characters (traditional forms in place of simplified ones, pinyin in brackets); export it anew", "文件文字经过转换（简体被换成繁体、括注拼音），请重新导出")
	// ErrRead is a disk that failed, not the file's fault.
	ErrRead = fault.New(fault.Unavailable, "FEED_READ_FAILED",
		"the file could not be read; try again later", "文件暂时无法读取，请稍后重试")
)

// Why one row is refused or kept for review. None of them quotes the row.
var (
	ErrEncoding = fault.New(fault.Invalid, "ENCODING_BROKEN",
		"the row holds bytes that are no character of the file's encoding", "行中含有无法按文件编码解读的字节")
	ErrColumns = fault.New(fault.Invalid, "ROW_COLUMN_COUNT",
		"the row does not have as many columns as the header", "列数与表头不符")
	ErrTorn = fault.New(fault.Invalid, "ROW_TORN",
		"the last row is cut off: columns are missing and so is the line end", "末行不完整：缺少列且没有换行")
	ErrTooLong = fault.New(fault.Invalid, "ROW_TOO_LONG",
		"the row is longer than 64 KiB", "行长度超过 64 KiB")
	ErrQuotes = fault.New(fault.Invalid, "ROW_QUOTES",
		"a quotation mark is not closed before the end of the line, or text follows a closing one", "引号在行尾前未闭合，或闭合后仍有文字")
	ErrMalformed = fault.New(fault.Invalid, "ROW_MALFORMED",
		"the row is not well-formed JSON or XML", "行不是合法的 JSON 或 XML")
	ErrShape = fault.New(fault.Invalid, "ROW_SHAPE",
		"the row holds a list, text between its elements, or deeper nesting than a row may have", "行中含有数组、元素之间的文字，或嵌套过深")
	ErrNameTwice = fault.New(fault.Invalid, "ROW_NAME_TWICE",
		"a name stands twice in the row", "行中同一名称出现两次")
	ErrCellError = fault.New(fault.Invalid, "CELL_ERROR_VALUE",
		"a cell holds an error of the spreadsheet such as #N/A or #REF!", "单元格为电子表格错误值（如 #N/A、#REF!）")
	ErrCellFormula = fault.New(fault.Invalid, "CELL_FORMULA_UNCOMPUTED",
		"a cell holds a formula without its result; save values instead", "单元格只有公式没有结果，请粘贴为数值后保存")
	ErrCellMerged = fault.New(fault.Invalid, "CELL_MERGED",
		"the row is part of merged cells, so that it is not certain which value is whose; unmerge and fill them", "该行位于合并单元格内，无法确定取值归属，请取消合并并逐行填写")
	ErrTextDamaged = fault.New(fault.Invalid, "TEXT_DAMAGED",
		"the text was damaged before it was sent (question marks or wrongly decoded characters)", "文字在发送前已损坏（问号或乱码）")
	ErrTextConverted = fault.New(fault.Invalid, "TEXT_CONVERTED",
		"the text went through a converter of characters (traditional forms in place of simplified ones, pinyin in brackets)", "文字经过转换（简体被换成繁体、括注拼音）")
	ErrTextPrivate = fault.New(fault.Invalid, "TEXT_PRIVATE_USE",
		"the text holds private-use characters, which show differently on every system; compare with the document", "文字含自造字，各系统显示不一，请核对证件")
	ErrNumberExcel = fault.New(fault.Invalid, "NUMBER_DAMAGED_BY_EXCEL",
		"a spreadsheet changed the number (1.1E+17, or the last digits set to 0); format the column as text and send it again", "号码被电子表格改写（科学计数或末位变 0），请将该列设为文本后重新发送")
	ErrDateImpossible = fault.New(fault.Invalid, "DATE_IMPOSSIBLE",
		"there is no such day, or it is not written as 20250301, 2025-03-01, 2025/3/1 or 2025年3月1日", "日期不存在，或格式不是 20250301、2025-03-01、2025/3/1、2025年3月1日")
)
