package brute

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// World is a small country for tests: the jurisdictions of the built-in packs
// with a neighbour each, an invented province, a township that changes its county
// on 2021-05-01, a county that was merged away at the end of 2019, and the places
// of Ended.
func World() *facts.World { return facts.NewWorld(Divisions(), Clinics()) }

// Divisions are those of World.
func Divisions() []facts.Division {
	var list []facts.Division
	add := func(code, name, parent string, l facts.Level) {
		list = append(list, facts.Division{Key: facts.Key{ID: code}, Code: code, Name: name, Level: l, Parent: parent})
	}
	for _, p := range []string{"31", "33", "35", "36", "99"} {
		add(p+"0000000000", "省"+p, "", facts.Province)
	}
	for _, p := range []string{"3101", "3306", "3307", "3502", "3601", "9901", "9902"} {
		add(p+"00000000", "市"+p, p[:2]+"0000000000", facts.Prefecture)
	}
	names := map[string]string{
		"310110": "杨浦区", "310112": "闵行区", "330784": "永康市", "360103": "西湖区", "360102": "东湖区",
		"330681": "诸暨市", "330682": "上虞市", "350213": "翔安区", "350212": "同安区", "990101": "甲区", "990102": "乙区", "990221": "丙县",
	}
	for _, c := range Counties {
		add(c+"000000", names[c], c[:4]+"00000000", facts.County)
		for t := range 2 {
			town := fmt.Sprintf("%s10%d000", c, t)
			if town != moving {
				add(town, "镇", c+"000000", facts.Township)
			}
			for v := range 2 {
				add(fmt.Sprintf("%s10%d20%d", c, t, v), "村", town, facts.Village)
			}
		}
	}
	list = append(list,
		facts.Division{Key: facts.Key{ID: "moving-1"}, Code: moving, Name: "镇", Level: facts.Township, Parent: "990102000000", Until: civil.Must("2021-04-30")},
		facts.Division{Key: facts.Key{ID: "moving-2"}, Code: moving, Name: "镇", Level: facts.Township, Parent: "990101000000", From: civil.Must("2021-05-01")},
		facts.Division{
			Key: facts.Key{ID: "merged"}, Code: "990103000000", Name: "丁区", Level: facts.County, Parent: "990100000000",
			Until: civil.Must("2019-12-31"), Successors: []string{"990101000000"},
		})
	return append(list, ended()...)
}

// Counties are the counties of World, 6 digits.
var Counties = []string{"330681", "330682", "350213", "350212", "990101", "990102", "990221", "310110", "310112", "330784", xihuCounty, "360102"}

const xihuCounty = "360103"

// moving is a township that changes its county.
const moving = "990102101000"

// Clinics are the units of World: one that stands in the first village of each
// county and manages both villages of that township, one that stands in the second
// township, and one whose village has ended.
func Clinics() []facts.Unit {
	var list []facts.Unit
	for _, c := range Counties {
		list = append(list,
			facts.Unit{Key: facts.Key{ID: "U1-" + c}, Name: "甲卫生院", Division: c + "100200", Manages: []facts.Managed{
				{Division: c + "100200", From: civil.Must("2015-01-01")},
				{Division: c + "100201", From: civil.Must("2018-03-01"), Until: civil.Must("2022-02-28")},
			}},
			facts.Unit{Key: facts.Key{ID: "U2-" + c}, Name: "乙卫生院", Division: c + "101000", Manages: []facts.Managed{
				{Division: c + "101201", From: civil.Must("2016-02-29")},
			}})
	}
	return append(list, facts.Unit{Key: facts.Key{ID: "U3"}, Name: "丙卫生室", Division: Ended[0]})
}
