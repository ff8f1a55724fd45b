package core

import "xinju.dev/services/platform/fault"

// Faults of events. All but the last group refuse the event.
var (
	ErrType        = fault.New(fault.Invalid, "EVENT_TYPE_UNKNOWN", "the kind of event is not known", "事件类型未知")
	ErrSender      = fault.New(fault.Invalid, "SENDER_INVALID", "a sender is a code of at most 32 letters, digits, - and _", "发送方代码须为不超过32位的字母、数字、-或_")
	ErrDateMissing = fault.New(fault.Invalid, "EVENT_DATE_REQUIRED", "the day on which it happened is missing", "缺少发生日期")
	ErrFuture      = fault.New(fault.Invalid, "DATE_IN_FUTURE", "the day has not come yet", "日期晚于今天")
	ErrLeftBefore  = fault.New(fault.Invalid, "LEFT_BEFORE_ARRIVAL", "the departure is dated before the arrival", "离开日期早于到达日期")
	ErrBornAfter   = fault.New(fault.Invalid, "BORN_AFTER_EVENT", "the person was born after the day of the event", "出生日期晚于事件日期")
	ErrNoPerson    = fault.New(fault.Invalid, "EVENT_WITHOUT_PERSON", "the event names no person: a document is missing", "未指明人员：缺少证件")
	ErrMerge       = fault.New(fault.Invalid, "MERGE_INVALID", "a merge names two different persons and replaces no event", "合并须指明两名不同人员，且不针对其他事件")
	ErrPartial     = fault.New(fault.Invalid, "BIRTH_PARTIAL_INVALID", "a partial birth date is a year or a year and a month, such as 1990 or 1990-05", "不完整出生日期须为年份或年月，如1990或1990-05")
	ErrNoTarget    = fault.New(fault.Invalid, "REPLACES_REQUIRED", "a correction or void must name the event it is about", "更正或作废须指明所针对的事件编号")
	ErrNoDivision  = fault.New(fault.Invalid, "DIVISION_REQUIRED", "the division of the residence is missing", "缺少居住地行政区划代码")
	ErrDivision    = fault.New(fault.Invalid, "DIVISION_UNKNOWN",
		"the division is not a village or residents' committee that exists on that day", "该日期不存在此村（居）委会区划代码")
	ErrIssuer = fault.New(fault.Invalid, "DIVISION_UNKNOWN_ISSUE",
		"the citizen number begins with a province that does not exist", "公民身份号码前两位不是现有省级代码")
	ErrHukou = fault.New(fault.Invalid, "HUKOU_DIVISION_UNKNOWN",
		"the hukou division must be 6 or 12 digits of a province that exists", "户籍地区划代码须为6位或12位且省级代码存在")
	ErrTooLong    = fault.New(fault.Invalid, "TEXT_TOO_LONG", "the text is longer than its field", "文本超出字段长度")
	ErrCode       = fault.New(fault.Invalid, "CODE_UNKNOWN", "the value is not in its code list", "代码值不在值域内")
	ErrPhone      = fault.New(fault.Invalid, "PHONE_INVALID", "a telephone number has only digits and +, at most 20", "电话号码只能包含数字和+，最多20位")
	ErrIDReused   = fault.New(fault.Exists, "EVENT_ID_REUSED", "the sender used this event id before for another content", "该事件编号已用于内容不同的事件")
	ErrResident   = fault.New(fault.NotFound, "RESIDENT_NOT_FOUND", "there is no such resident", "没有该居民")
	ErrKnownThen  = fault.New(fault.NotFound, "RESIDENT_NOT_KNOWN_THEN", "the resident was not known to the registry at that time", "该时点登记系统尚无该居民")
	ErrPermit     = fault.New(fault.NotFound, "PERMIT_NOT_FOUND", "the resident has no such permit", "该居民没有该居住证")
	ErrPermitRule = fault.New(fault.Invalid, "PERMIT_RULE_UNKNOWN", "there is no such rule, or none was in force on that day", "没有该居住证规则，或当日尚无规则")
	ErrTaken      = fault.New(fault.Exists, "DOCUMENT_TAKEN", "the document belongs to another resident", "该证件已属于其他居民")
	ErrChanged    = fault.New(fault.Stale, "RESIDENT_CHANGED", "the resident was changed since it was read; read it again", "居民信息在读取之后已被修改，请重新读取")

	ErrBatch = fault.New(fault.Invalid, "BATCH_TOO_LARGE", "a request holds at most 500 items", "每次请求最多500条")

	// Why an event waits.
	WaitPerson = fault.New(fault.Precondition, "PERSON_NOT_ARRIVED", "waits for the person's arrival or birth", "等待该人员的居住登记或出生事件")
	WaitTarget = fault.New(fault.Precondition, "TARGET_NOT_ARRIVED", "waits for the event that it corrects or voids", "等待其所更正或作废的事件")
	WaitOther  = fault.New(fault.Precondition, "MERGE_PERSON_NOT_ARRIVED", "waits until both persons of the merge are known", "等待合并所指的两名人员均已登记")
	WaitPermit = fault.New(fault.Precondition, "PERMIT_NOT_ISSUED", "waits for the issue of the permit", "等待居住证签发事件")

	// Why somebody should look; the reasons are also the resident's review flags.
	FlagOverlap      = fault.New(fault.Precondition, "OVERLAPPING_STAYS", "two stays overlap", "居住记录时间重叠")
	FlagLeftNoStay   = fault.New(fault.Precondition, "LEAVE_WITHOUT_STAY", "a departure matches no stay that was going on", "离开事件没有对应的在住记录")
	FlagContradicts  = fault.New(fault.Precondition, "DOCUMENT_CONTRADICTS", "name, birth date or sex contradict the document or an earlier event", "姓名、出生日期或性别与证件或以往事件矛盾")
	FlagShared       = fault.New(fault.Precondition, "NUMBER_SHARED", "two different people seem to go under one document number", "同一证件号码下疑似有两名不同的人")
	FlagDoubled      = fault.New(fault.Precondition, "DUPLICATE_SUSPECTED", "the review queue asks whether this is the same person as another resident", "疑似与另一居民为同一人，待核")
	FlagNoDocument   = fault.New(fault.Precondition, "NO_DOCUMENT", "the person has no identity document", "该人员没有任何身份证件")
	FlagDeath        = fault.New(fault.Precondition, "DEATH_CONTRADICTS", "two days of death, or residence after death", "死亡日期不一致或死亡后仍有居住事件")
	FlagPrivateUse   = fault.New(fault.Precondition, "NAME_PRIVATE_USE", "the name holds a character without a standard code", "姓名含有未编码字符")
	FlagRareName     = fault.New(fault.Precondition, "NAME_RARE", "the name holds a rare character that other systems may not show", "姓名含有生僻字，其他系统可能无法显示")
	FlagBirthPartial = fault.New(fault.Precondition, "BIRTH_PARTIAL", "of the date of birth only the year or month is known", "出生日期仅知年份或年月")
	FlagListed       = fault.New(fault.Precondition, "LIST_DOCUMENT_CHANGED",
		"probably the same person under a new document: somebody of the same name, birth date and village is missing from the full list; confirm the same, and the document is added to the person with all history; if different, departure and arrival hold as the list says",
		"很可能是同一人换了证件：同村同名、同出生日期的一人在本次全量名单中消失；确认为同一人的，新证件并入该人、历史保留；非同一人的，按名单记离开与新到")
	FlagArrival      = fault.New(fault.Precondition, "ARRIVAL_CONTRADICTS", "two sources give different days of arrival for one stay", "不同来源对同一居住记录的到达日期不一致")
	FlagLeave        = fault.New(fault.Precondition, "LEAVE_CONTRADICTS", "a source ends a stay, and another one ends it on another day or registers life there later", "一个来源注销居住，另一来源的离开日期不同或此后仍登记在住")
	FlagHukou        = fault.New(fault.Precondition, "HUKOU_CONTRADICTS", "a lower source gives another place of hukou than a higher one", "较低优先级来源的户籍地与较高优先级来源不一致")
	FlagBirthUnknown = fault.New(fault.Precondition, "BIRTH_UNKNOWN", "the date of birth is not known", "出生日期未知")
)

// Wait is why an event changes nothing yet: one of the Wait faults.
type Wait = *fault.Error
