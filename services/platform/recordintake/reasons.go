package recordintake

import "xinju.dev/services/platform/fault"

// Why a file as a whole is not taken.
var (
	ErrKind = fault.New(fault.Invalid, "IMPORT_KIND_UNKNOWN",
		"this service takes no records of that kind", "本服务不接收此类记录")
	ErrOff = fault.New(fault.Precondition, "IMPORT_OFF",
		"this service has no folder for received files; set spool", "本服务未设置接收文件夹（spool），不能导入")
	ErrNoPersons = fault.New(fault.Precondition, "IMPORT_PERSONS_UNAVAILABLE",
		"the file names persons by document, and this service has no address of the registry to ask", "文件以证件号码指明人员，而本服务未设置登记服务地址，无法查找")
	ErrSender = fault.New(fault.Invalid, "IMPORT_SENDER_INVALID",
		"the sender is a short code of letters, digits, - and _", "报送单位代码应为 1–32 位字母、数字、- 或 _")
	ErrOtherKind = fault.New(fault.Exists, "IMPORT_SENT_AS_OTHER_KIND",
		"this sender sent the same file as another kind of record; withdraw that batch first", "该报送单位已将同一文件作为另一类记录发送，请先撤回该批次")
)

// Why a row waits, is kept for review or is refused, beside the faults of the
// service's records. None of them quotes the row.
var (
	ErrPersonUnknown = fault.New(fault.NotFound, "IMPORT_PERSON_UNKNOWN",
		"the registry does not know the person yet; the row is tried again by itself", "登记库中尚无此人，将自动重试")
	ErrPersonMissing = fault.New(fault.Invalid, "IMPORT_PERSON_MISSING",
		"the row names no person", "行中没有人员证件或居民标识")
	ErrValueMissing = fault.New(fault.Invalid, "IMPORT_VALUE_MISSING",
		"a required column is empty", "必填列为空")
	ErrValue = fault.New(fault.Invalid, "IMPORT_VALUE_INVALID",
		"the value is not one that this column takes", "取值不在该列允许的范围内")
	ErrFuture = fault.New(fault.Invalid, "IMPORT_DATE_FUTURE",
		"the date lies behind the day on which the file was received", "日期晚于文件接收日期")
	ErrOrder = fault.New(fault.Invalid, "IMPORT_DATES_REVERSED",
		"the date lies before the one that it must follow", "日期先后颠倒")
	ErrUnit = fault.New(fault.Invalid, "UNIT_UNKNOWN",
		"there is no unit of that name or identifier, or several; the record is kept without a unit", "没有此机构，或有多个同名机构；记录已保存但未注明机构")
	ErrEdited = fault.New(fault.Stale, "IMPORT_RECORD_EDITED",
		"the record was edited by hand since it was imported, and the row says something else", "导入后记录已被人工修改，与本行不一致")
	ErrVoided = fault.New(fault.Precondition, "IMPORT_RECORD_VOIDED",
		"the record that this source record made was voided by hand", "该来源记录对应的记录已被人工作废")
	ErrForeign = fault.New(fault.Precondition, "IMPORT_RECORD_FOREIGN",
		"the row changes a record that was entered by hand or came from another sender", "本行更改的记录为人工录入或来自其他报送单位")
)
