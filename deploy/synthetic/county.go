// Package synthetic invents a county: divisions, units, families and their
// histories, all from a seed. Nobody in it exists: every number begins with 99,
// a province that is nowhere in China. It must not be used to make up real places.
package synthetic

import (
	"fmt"
	"math/rand/v2"

	"xinju.dev/services/platform/civil"
)

// Config says how large the county is. The same Config always gives the same people.
type Config struct {
	Seed      uint64
	Residents int        // people in the feed, about; families are not cut
	Townships int        // 12 when 0
	Villages  int        // 150 when 0
	Today     civil.Date // nothing is dated later
}

// CountyCode is the division code of the invented county.
const CountyCode = "990101000000"

// Division is a node of the invented tree.
type Division struct {
	Code, Name, Parent string
	Level              int // 1 province … 5 village
}

// Unit is an invented clinic or bureau; Villages are those it manages.
type Unit struct {
	Key, Name string // Key names it within the county: "T03" the centre of township 3
	Kind      int    // registry.v1.UnitKind
	Division  string
	Villages  []string
}

// County is the invented county without its people.
type County struct {
	Config
	Divisions []Division // parents before children
	Units     []Unit
	villages  []string
	centres   map[string]string // village → Key of the unit that manages it
}

// NewCounty lays out divisions and units.
func NewCounty(c Config) *County {
	if c.Townships <= 0 {
		c.Townships = 12
	}
	if c.Villages <= 0 {
		c.Villages = 150
	}
	county := &County{Config: c, centres: map[string]string{}}
	county.layOutTree()
	county.layOutUnits()
	return county
}

// outside are the other counties of the invented province: where people come from.
var outside = []Division{
	{"990102000000", "邻水区", "990100000000", 3},
	{"990200000000", "北川市", "990000000000", 2},
	{"990201000000", "山阳县", "990200000000", 3},
	{"990202000000", "河口县", "990200000000", 3},
	{"990300000000", "南屏市", "990000000000", 2},
	{"990301000000", "云岭县", "990300000000", 3},
	{"990302000000", "竹溪县", "990300000000", 3},
}

// origins are their county codes, as they stand at the head of citizen numbers.
var origins = []string{"990201", "990202", "990301", "990302", "990102"}

var townshipNames = []string{"城关街道", "东桥街道", "西渡镇", "南塘镇", "北埠镇", "清溪镇", "白石镇", "石龙镇", "新安镇", "杨柳乡", "梅岭乡", "大湖乡"}

var villageNames = []string{"东风", "胜利", "和平", "光明", "前进", "红星", "新华", "幸福", "团结", "向阳", "青山", "绿水", "上坪", "下坪", "大塘", "小塘", "桥头", "沙湾", "石桥", "竹园"}

func (c *County) layOutTree() {
	c.Divisions = append(c.Divisions,
		Division{"990000000000", "示例省", "", 1},
		Division{"990100000000", "示例市", "990000000000", 2},
		Division{CountyCode, "新居县", "990100000000", 3})
	c.Divisions = append(c.Divisions, outside...)
	for t := range c.Townships {
		code := fmt.Sprintf("990101%03d000", townshipNumber(t))
		c.Divisions = append(c.Divisions, Division{code, nameOf(townshipNames, t), CountyCode, 4})
	}
	for v := range c.Villages {
		t := v % c.Townships
		code := fmt.Sprintf("990101%03d%03d", townshipNumber(t), 201+v/c.Townships)
		name := nameOf(villageNames, v/c.Townships) + "村"
		c.Divisions = append(c.Divisions, Division{code, name, code[:9] + "000", 5})
		c.villages = append(c.villages, code)
	}
}

// townshipNumber follows the statistical codes: streets from 001, towns from 100.
func townshipNumber(t int) int {
	if t < 2 {
		return 1 + t
	}
	return 98 + t
}

func nameOf(names []string, i int) string {
	if round := i / len(names); round > 0 {
		return fmt.Sprintf("%s%d", names[i%len(names)], round+1)
	}
	return names[i]
}

func (c *County) layOutUnits() {
	c.Units = append(c.Units,
		Unit{Key: "BUREAU", Name: "新居县卫生健康局", Kind: 9, Division: CountyCode},
		Unit{Key: "POLICE", Name: "新居县公安局", Kind: 10, Division: CountyCode},
		Unit{Key: "MCH", Name: "新居县妇幼保健院", Kind: 4, Division: CountyCode},
		Unit{Key: "HOSPITAL", Name: "新居县人民医院", Kind: 3, Division: CountyCode},
		Unit{Key: "SCHOOL", Name: "城关第一小学", Kind: 7, Division: CountyCode})
	for t := range c.Townships {
		u := Unit{
			Key:      fmt.Sprintf("T%02d", t+1),
			Name:     nameOf(townshipNames, t) + "卫生院",
			Kind:     2,
			Division: fmt.Sprintf("990101%03d000", townshipNumber(t)),
		}
		for v := t; v < c.Villages; v += c.Townships {
			u.Villages = append(u.Villages, c.villages[v])
			c.centres[c.villages[v]] = u.Key
		}
		c.Units = append(c.Units, u)
	}
}

// household gives each family a generator of its own, so that family n is the
// same whatever came before it and a million can be made one by one.
func (c *County) household(n int) *rand.Rand {
	return rand.New(rand.NewPCG(c.Seed, uint64(n)*0x9E3779B97F4A7C15+1))
}

// Centre returns the Key of the unit that manages a village.
func (c *County) Centre(village string) string { return c.centres[village] }
