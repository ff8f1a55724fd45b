package cli

import (
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// Words for the codes of the contract. A code that is new here is shown as it is.

var documentNames = map[registryv1.DocumentType]string{
	registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN:           "居民身份证 citizen's card",
	registryv1.DocumentType_DOCUMENT_TYPE_HOUSEHOLD:         "居民户口簿 household book",
	registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT:          "护照 passport",
	registryv1.DocumentType_DOCUMENT_TYPE_OFFICER:           "军官证 officer's card",
	registryv1.DocumentType_DOCUMENT_TYPE_HKMO_TRAVEL:       "港澳居民来往内地通行证 travel permit, Hong Kong and Macau",
	registryv1.DocumentType_DOCUMENT_TYPE_TAIWAN_TRAVEL:     "台湾居民来往大陆通行证 travel permit, Taiwan",
	registryv1.DocumentType_DOCUMENT_TYPE_HKMOTW_RESIDENCE:  "港澳台居民居住证 residence permit, Hong Kong, Macau and Taiwan",
	registryv1.DocumentType_DOCUMENT_TYPE_FOREIGN_PERMANENT: "外国人永久居留身份证 permanent residence of a foreigner",
	registryv1.DocumentType_DOCUMENT_TYPE_BIRTH_CERTIFICATE: "出生医学证明 birth certificate",
	registryv1.DocumentType_DOCUMENT_TYPE_OTHER:             "其他 other",
}

func documentName(t registryv1.DocumentType) string {
	if name, ok := documentNames[t]; ok {
		return name
	}
	return t.String()
}

var reasonNames = map[registryv1.ResidenceReason]string{
	registryv1.ResidenceReason_RESIDENCE_REASON_WORK:     "务工 work",
	registryv1.ResidenceReason_RESIDENCE_REASON_BUSINESS: "经商 business",
	registryv1.ResidenceReason_RESIDENCE_REASON_STUDY:    "学习 study",
	registryv1.ResidenceReason_RESIDENCE_REASON_FAMILY:   "投靠亲属 family",
	registryv1.ResidenceReason_RESIDENCE_REASON_MEDICAL:  "就医 medical",
	registryv1.ResidenceReason_RESIDENCE_REASON_VISIT:    "旅游、探亲 visit",
	registryv1.ResidenceReason_RESIDENCE_REASON_OTHER:    "其他 other",
}

var stateNames = map[typev1.OperationState]string{
	typev1.OperationState_OPERATION_STATE_QUEUED:    "排队 queued",
	typev1.OperationState_OPERATION_STATE_RUNNING:   "处理中 running",
	typev1.OperationState_OPERATION_STATE_SUCCEEDED: "完成 succeeded",
	typev1.OperationState_OPERATION_STATE_FAILED:    "失败 failed",
	typev1.OperationState_OPERATION_STATE_CANCELLED: "已取消 cancelled",
}

// outcomeWord is one outcome: as typed and as read.
type outcomeWord struct {
	outcome registryv1.RowOutcome
	key     string
	shown   string
}

// outcomes in the order in which counts are shown.
var outcomes = []outcomeWord{
	{registryv1.RowOutcome_ROW_OUTCOME_CREATED, "created", "新建 created"},
	{registryv1.RowOutcome_ROW_OUTCOME_UPDATED, "updated", "更新 updated"},
	{registryv1.RowOutcome_ROW_OUTCOME_UNCHANGED, "unchanged", "无变化 unchanged"},
	{registryv1.RowOutcome_ROW_OUTCOME_DUPLICATE, "duplicate", "重复 duplicate"},
	{registryv1.RowOutcome_ROW_OUTCOME_PENDING, "pending", "等待前序 pending"},
	{registryv1.RowOutcome_ROW_OUTCOME_NEEDS_REVIEW, "needs-review", "待核 needs review"},
	{registryv1.RowOutcome_ROW_OUTCOME_REFUSED, "refused", "拒收 refused"},
}

func outcomeCell(o registryv1.RowOutcome) any {
	for _, w := range outcomes {
		if w.outcome == o {
			return cellOf(w.key, w.shown)
		}
	}
	return o.String()
}

func stateCell(s typev1.OperationState) any {
	key := strings.ToLower(strings.TrimPrefix(s.String(), "OPERATION_STATE_"))
	if name, ok := stateNames[s]; ok {
		return cellOf(key, name)
	}
	return key
}

// counted returns the counts in the order of outcomes.
func counted(c *registryv1.FeedCounts) []int32 {
	return []int32{c.GetCreated(), c.GetUpdated(), c.GetUnchanged(), c.GetDuplicate(), c.GetPending(), c.GetNeedsReview(), c.GetRefused()}
}

func bilingual(chinese, english string) string {
	switch {
	case chinese == "":
		return english
	case english == "":
		return chinese
	}
	return chinese + " " + english
}
