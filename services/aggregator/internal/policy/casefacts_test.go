package policy

import (
	"strings"
	"testing"
)

// A case may give every kind of fact, and other people.
func TestCasesOfEveryKindOfFact(t *testing.T) {
	file := head(declared + `rules:
  - {id: R-FAM, name: {zh: 家属, en: family}, eligible: {related: {as: [permit_family], together: village, other: {points: {at_least: 120}}}}}
  - {id: R-SIGN, name: {zh: 签约, en: contract}, eligible: {records: {code: SIGN, holding: true}}}
  - {id: R-USED, name: {zh: 使用, en: used}, eligible: {archive: {standard: true, touched: "months:12"}}}
indicators:
  - {id: BORN, name: {zh: 住院活产, en: births}, kind: flow, period: mch_year, events: {pregnancies_ended: {outcomes: [1]}, weight: live_births}, eligible: {present: {}}, covered: {all: [{in_hospital: {}}, {postnatal: {within_days: 28}}, {antenatal: {at_least: 2, before_week: 13}}]}}
  - {id: TIMELY, name: {zh: 及时, en: in time}, kind: flow, period: month, attribution: event, events: {services: {kind: any}}, eligible: {present: {}}, covered: {all: [{entered: {within_days: 3}}, {resident_here: {}}]}}
  - {id: DTP1, name: {zh: 百白破1, en: DTP1}, kind: dose, period: month, dose: {vaccine: DTP, number: 1}}
cases:
  - name: {zh: 家属, en: family}
    given:
      id: wife
      stays: [{village: "990102100201", arrived: 2021-01-01}]
      relations: [{kind: permit_family, other: holder, from: 2021-02-01}]
      others:
        - id: holder
          birth: 1990-01-01
          stays: [{village: "990102100201", arrived: 2020-01-01}]
          permits: [{division: "990102", issued: 2020-06-01, valid_to: 2025-05-31, points: 130}]
      records: [{code: SIGN, on: 2021-03-01, until: 2022-02-28, value: 1}]
      archives: [{opened: 2021-01-05, standard_from: 2021-01-05, touched: 2021-06-01}]
    expect:
      - {item: R-FAM, on: 2021-01-31, eligible: false, from: 2021-02-01}
      - {item: R-FAM, on: 2021-02-01, eligible: true, until: 2025-05-31}
      - {item: R-SIGN, on: 2022-02-28, eligible: true, until: 2022-02-28}
      - {item: R-USED, on: 2022-05-31, eligible: true, until: 2022-05-31}
  - name: {zh: 产妇, en: mother}
    given:
      birth: 1995-05-05
      sex: female
      stays: [{village: "990102100201", arrived: 2020-01-01}]
      pregnancies:
        - lmp: 2021-01-01
          ended: 2021-10-02
          outcome: 1
          antenatals: [2021-03-01, 2021-05-01]
          weeks: [8, 17]
          delivery: {live_births: 2, in_hospital: true}
          postnatals: [2021-10-30]
    expect:
      - {item: BORN, on: 2021-10-01, eligible: false}
      - {item: BORN, on: 2022-09-30, eligible: true, covered: true}
  - name: {zh: 录入, en: entry}
    given:
      birth: 2026-01-01
      stays: [{village: "990102100201", arrived: 2026-01-01}]
      units: [{id: clinic, division: "990102100201", manages: [{village: "990102100201", from: 2020-01-01}]}]
      served:
        - {kind: dose, on: 2026-03-05, product: DTaP, unit: clinic, recorded: 2026-03-08}
        - {kind: child_check, on: 2026-04-01, code: 2, unit: clinic, recorded: 2026-04-05}
    expect:
      - {item: TIMELY, on: 2026-03-31, eligible: true, covered: true}
      - {item: TIMELY, on: 2026-04-30, eligible: true, covered: false}
      - {item: DTP1, on: 2026-03-04, eligible: true, covered: false}
      - {item: DTP1, on: 2026-03-31, eligible: true, covered: true, until: 2026-03-31}
      - {item: DTP1, on: 2026-04-01, eligible: false}
`)
	if _, err := with(t, file); err != nil {
		t.Fatal(err)
	}
	for was, english := range map[string]string{
		"value: 1}]":           "",
		"touched: 2021-06-01":  "R-USED",
		"live_births: 2":       "",
		"in_hospital: true":    "BORN",
		"recorded: 2026-03-08": "TIMELY",
		"kind: permit_family":  "no kind of relation",
		"points: 130":          "R-FAM",
		"kind: child_check":    "no kind of service",
	} {
		now := strings.NewReplacer("true", "false", "130", "100", "03-08", "03-09", "2021-06-01", "2020-06-01", "permit_family", "uncle", "child_check", "haircut").Replace(was)
		_, err := with(t, strings.Replace(file, was, now, 1+strings.Count(english, "relation")))
		if (err == nil) != (english == "") || err != nil && !strings.Contains(err.Error(), english) {
			t.Errorf("%s made %s: %v", was, now, err)
		}
	}
}
