package policy

import (
	"slices"
	"strings"
	"testing"
)

// clause is one clause of a notice: what it became, or why it became nothing.
type clause struct {
	at, words string
	items     string // rules and indicators, separated by blanks; with ! a deadline
	reason    string // instead of items
}

var noticeClauses = map[string][]clause{
	"xiangan-2018": {
		{"三（一）", "统筹协调，职责分工", "", "组织协调，没有按人按日的数据"},
		{"三（一）", "补助资金按照服务人口落实，6个月以上", "R-EQ-6M EQ01", ""},
		{"三（二）", "按照常住人口规模和服务半径配置资源", "EQ02", ""},
		{"三（二）", "指导、培训、干部队伍建设", "", "没有数量与对象，培训不在数据中"},
		{"三（二）", "计生协组织覆盖面", "ASC01", ""},
		{"三（三）1", "规范化电子健康档案建档率80%", "EHR03", ""},
		{"三（三）2", "健康教育覆盖率95%", "HED01 HED02", ""},
		{"三（三）2", "健康手册与活动", "R-HED-0 HED03 HED04", ""},
		{"三（三）3", "预防接种率90%", "R-IMM-3M IMM03", ""},
		{"三（三）4", "体检率85%", "R-CHD-6M CHD01", ""},
		{"三（三）5", "产前检查率85%", "R-MAT-6M MAT01", ""},
		{"三（三）6", "传染病报告率95%", "INF01", ""},
		{"三（四）", "健康素养、性病艾滋病防治宣传", "KNW01 R-HED-0", ""},
		{"三（四）", "健康促进场所和健康家庭", "HPP01", ""},
		{"三（四）", "职业病危害预防；融入健康促进区", "", "只有方向，没有服务对象与数量"},
		{"四（一）", "6月中旬前制定方案", "!plan-2018", ""},
		{"四（二）", "6月下旬动员部署", "!mobilisation-2018", ""},
		{"四（三）", "集中推进；2018年50%以上", "!push-2018 EHR03 MAT01", ""},
		{"四（四）", "9月中旬自评", "!appraisal-2018", ""},
		{"四（四）", "9月10日前上报自评报告、自评表、台账", "!self-assessment-2018", ""},
		{"五", "组织领导、部署、督导", "", "组织要求；自评与台账由报表提供"},
	},
	"zhuji-2017": {
		{"三（一）1", "满3个月的0-6岁建立预防接种档案", "R-IMM-3M IMM01F IMM03", ""},
		{"三（一）1", "查漏补种", "IMM06", ""},
		{"三（一）1", "补充免疫和应急接种", "IMM08", ""},
		{"三（一）1", "入托入学查验", "IMM07", ""},
		{"三（一）2", "孕产妇建卡、保健、高危筛查、住院分娩、产后访视", "R-MCH-0 MAT01 MAT02 MAT03 MAT04 MAT05 MAT07", ""},
		{"三（一）2", "儿童保健管理", "R-CHD-0 CHD05", ""},
		{"三（一）2", "预防母婴传播", "PMT01 PMT02 PMT03 PMT04 PMT05", ""},
		{"三（一）3", "传染病监测与处置", "INF01 INF02", ""},
		{"三（一）3", "免费救治", "R-TRT-0", ""},
		{"三（一）3", "环境卫生整治", "", "不是对人的服务"},
		{"三（二）1", "免费计生基本服务，不限证、次、时", "R-FP-0 FPC01", ""},
		{"三（二）1", "服务券、一卡通、一证通", "FPV01", ""},
		{"三（二）2", "优生优育同待遇", "R-ELG-0 PMC01 PRC01 PRS01 FOL01 NBS01 NBS02", ""},
		{"三（二）3", "生殖健康检查与随访", "R-RPH-0 RPH01 RPH02", ""},
		{"三（三）1", "宣传栏与资料点", "EDU01", ""},
		{"三（三）1", "讲座、义诊、健康教育", "R-HED-0 HED01 HED02", ""},
		{"三（三）2", "国策宣传、咨询", "R-HED-0 FP01", ""},
		{"三（三）3", "居住一年以上长效避孕奖励", "R-REW-1Y REW01 REW02", ""},
		{"三（四）1", "定点机构与发放点标牌", "SVC01", ""},
		{"三（四）1", "绿色通道、费用报销一次办结", "", "业务流程，由计划生育服务办理"},
		{"三（四）2", "规范化服务中心", "SVC02", ""},
		{"三（四）3", "计生协", "ASC01 ASC02", ""},
		{"三（五）1", "基础信息采集、及时、准确", "REG01 DQC01 DQV01 DQT01 DQS01", ""},
		{"三（五）1", "6个月以上重点人群健康和生育档案", "R-EHR-6M EHR05 EHR06 EHR07", ""},
		{"三（五）2", "信息系统延伸至村（居）", "INS01", ""},
		{"三（五）2", "信息跨部门交换、电子化、数据分析", "", "由系统的交换与报表提供，没有数量"},
		{"三（六）", "探索服务管理新机制", "", "只有方向"},
		{"四（一）", "组织领导", "", "组织要求"},
		{"四（二）", "摸清流入人口底数", "POP03", ""},
		{"四（三）", "经费单列、考核评估", "", "没有数值；考核用各指标与排名"},
	},
}

func TestEveryClauseOfANoticeBecameAnItemOrHasAReason(t *testing.T) {
	for pack, list := range noticeClauses {
		p, _ := builtIn(t).Pack(pack)
		said := map[string]bool{}
		for _, c := range list {
			if (c.items == "") == (c.reason == "") {
				t.Errorf("%s %s %s: items or a reason", pack, c.at, c.words)
			}
			for _, id := range strings.Fields(c.items) {
				said[id] = true
				_, indicator := p.Indicator(id)
				rule := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.ID == id })
				deadline := slices.ContainsFunc(p.Deadlines, func(d Deadline) bool { return "!"+d.ID == id })
				if !indicator && !rule && !deadline {
					t.Errorf("%s %s %s: there is no %s", pack, c.at, c.words, id)
				}
			}
		}
		for _, ind := range p.Indicators { // and nothing was invented
			if ind.InheritedFrom == "" && ind.AlternativeOf == "" && !said[ind.ID] {
				t.Errorf("%s: no clause asks for %s", pack, ind.ID)
			}
		}
		for _, r := range p.Rules {
			if r.InheritedFrom == "" && !said[r.ID] {
				t.Errorf("%s: no clause asks for %s", pack, r.ID)
			}
		}
		for _, d := range p.Deadlines {
			if !said["!"+d.ID] {
				t.Errorf("%s: no clause asks for %s", pack, d.ID)
			}
		}
	}
}

func TestItemsOfXianganAndZhujiCiteTheirNoticeWithClauseAndWords(t *testing.T) {
	for pack := range noticeClauses {
		p, _ := builtIn(t).Pack(pack)
		check := func(id, inherited string, list []Citation) {
			if inherited != "" {
				return
			}
			for _, c := range list {
				if c.Document == "" || c.Clause == "" || c.Text == "" {
					t.Errorf("%s %s: %+v", pack, id, c)
				}
			}
			if len(list) == 0 {
				t.Errorf("%s %s cites nothing", pack, id)
			}
		}
		for _, r := range p.Rules {
			check(r.ID, r.InheritedFrom, r.Citations)
		}
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			check(ind.ID, ind.InheritedFrom, ind.Citations)
			for _, x := range ind.Targets {
				check(ind.ID+" target", ind.InheritedFrom, x.Citations)
			}
		}
	}
}

// TestNothingOfANoticeAwaitsForEver: what no service records begins to compute
// when its records or figures come, without a change of the pack.
func TestNothingOfANoticeAwaitsForEver(t *testing.T) {
	all := func(string) bool { return true }
	for _, p := range builtIn(t).Packs() {
		for i := range p.Indicators {
			if ind := &p.Indicators[i]; ind.Awaiting(all) != (Text{}) || ind.Kind == Ratio && !ind.Computed() && !ind.Scored() {
				t.Errorf("%s %s never computes", p.ID, ind.ID)
			}
		}
		for i := range p.Rules {
			if r := &p.Rules[i]; r.Awaiting(all) != (Text{}) {
				t.Errorf("%s %s is never answered", p.ID, r.ID)
			}
		}
	}
}

// TestEveryComputingItemHasACase: an item without one could change unnoticed.
func TestEveryComputingItemHasACase(t *testing.T) {
	for _, id := range []string{"national", "xiangan-2018", "zhuji-2017"} {
		p, _ := builtIn(t).Pack(id)
		has := map[string]bool{}
		for i := range p.cases {
			for _, x := range p.cases[i].Expect {
				has[x.Item] = true
			}
		}
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			if ind.Kind != Ratio && ind.InheritedFrom == "" && ind.AlternativeOf == "" && ind.Awaits.Chinese == "" && !has[ind.ID] {
				t.Errorf("%s: no case of %s", id, ind.ID)
			}
		}
		for i := range p.Rules {
			if r := &p.Rules[i]; r.InheritedFrom == "" && r.Awaits.Chinese == "" && !has[r.ID] {
				t.Errorf("%s: no case of %s", id, r.ID)
			}
		}
	}
}
