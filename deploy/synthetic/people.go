package synthetic

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"xinju.dev/services/platform/civil"
)

// Person is one invented resident with everything that happened to them.
type Person struct {
	Index     int // from 0, in the order of People
	Household int
	Number    string // invented citizen number, 18 characters, division 99…
	Name      string
	Sex       int // GB/T 2261.1
	Birth     civil.Date
	Ethnic    string
	Marital   int    // GB/T 2261.2
	Hukou     string // 6 digits
	Phone     string
	Employer  string
	Stays     []Stay
	Permit    *Permit
	Mother    int // Index of the mother, -1 when not in the county
	Spouse    int // Index of the spouse, -1 when none
	BornHere  bool
	Records   Records
}

// Stay is one residence; Left is the last day, None while it lasts.
type Stay struct {
	Village, Address string
	Arrived          civil.Date
	Registered       civil.Date
	Left             civil.Date
	Reason           int // registry.v1.ResidenceReason
}

// Permit is a residence permit.
type Permit struct {
	Issued, ValidTo civil.Date
	Lapsed          civil.Date
}

// Here tells whether the person lives in the county on a day.
func (p *Person) Here(day civil.Date) bool { return p.village(day) != "" }

func (p *Person) village(day civil.Date) string {
	for _, s := range p.Stays {
		if s.Arrived <= day && (s.Left == civil.None || day <= s.Left) {
			return s.Village
		}
	}
	return ""
}

// People invents the county's residents, family by family, until there are
// c.Residents of them.
func (c *County) People() iter.Seq[*Person] {
	return func(yield func(*Person) bool) {
		next := 0
		for h := 0; next < c.Residents; h++ {
			for _, p := range c.family(h, next) {
				if !yield(p) {
					return
				}
				next++
			}
		}
	}
}

// family makes one household: somebody alone, a couple, or parents with one to
// three children, now and then with a grandmother.
func (c *County) family(h, first int) []*Person {
	r := c.household(h)
	home := c.home(r)
	var out []*Person
	add := func(p *Person) *Person {
		p.Index, p.Household = first+len(out), h
		p.Number = number(p.Index, p.Birth, p.Sex)
		out = append(out, p)
		return p
	}
	switch kind := r.IntN(100); {
	case kind < 34:
		p := c.adult(r, 1+r.IntN(2), 17+r.IntN(38), home)
		p.Marital = pick(r, 10, 10, 20, 40)
		add(p)
	default:
		wife := add(c.adult(r, 2, 20+r.IntN(26), home))
		husband := add(c.adult(r, 1, wife.Birth.YearsUntil(c.Today)+r.IntN(6)-1, home))
		wife.Marital, husband.Marital = 20, 20
		wife.Spouse, husband.Spouse = husband.Index, wife.Index
		if kind >= 50 {
			c.children(r, wife, husband, home, add)
		}
		if kind >= 95 {
			p := c.adult(r, 2, 60+r.IntN(20), home)
			p.Marital = 30
			add(p)
		}
	}
	for _, p := range out {
		c.happenings(r, p)
	}
	return out
}

// home is the family's history of addresses, shared by its members.
func (c *County) home(r *rand.Rand) []Stay {
	// Most came within the last three years; the rest up to eight years ago.
	back := r.IntN(3 * 365)
	if r.IntN(4) == 0 {
		back = 3*365 + r.IntN(5*365)
	}
	s := Stay{
		Village: c.villages[r.IntN(len(c.villages))],
		Address: fmt.Sprintf("%s路%d号%d室", pick(r, "人民", "解放", "建设", "工业", "滨河", "学府"), 1+r.IntN(180), 101+r.IntN(6)*100+r.IntN(8)),
		Arrived: c.Today.AddDays(-back),
		Reason:  pick(r, 1, 1, 1, 1, 2, 4),
	}
	s.Registered = min(s.Arrived.AddDays(r.IntN(20)), c.Today)
	stays := []Stay{s}
	days := int(c.Today - s.Arrived)
	if days > 60 && r.IntN(100) < 12 { // moves inside the county
		move := s.Arrived.AddDays(30 + r.IntN(days-45))
		stays[0].Left = move.AddDays(-1)
		next := s
		next.Village, next.Address = c.villages[r.IntN(len(c.villages))], fmt.Sprintf("新村%d组%d号", 1+r.IntN(12), 1+r.IntN(90))
		next.Arrived, next.Registered = move, move
		stays = append(stays, next)
	}
	last := &stays[len(stays)-1]
	if since := int(c.Today - last.Arrived); since > 40 && r.IntN(100) < 14 { // leaves
		last.Left = last.Arrived.AddDays(20 + r.IntN(since-25))
		if away := int(c.Today - last.Left); away > 40 && r.IntN(3) == 0 { // and comes back
			back := *last
			back.Arrived, back.Left = last.Left.AddDays(5+r.IntN(away-10)), civil.None
			back.Registered = back.Arrived
			stays = append(stays, back)
		}
	}
	return stays
}

func (c *County) adult(r *rand.Rand, sex, age int, home []Stay) *Person {
	p := c.person(r, sex, c.Today.AddMonths(-12*age).AddDays(-r.IntN(365)), home)
	p.Phone = fmt.Sprintf("199%08d", r.IntN(100_000_000))
	if r.IntN(3) > 0 {
		p.Employer = pick(r, "示例电子厂", "示例服装厂", "示例物流园", "示例建筑公司", "示例市场")
	}
	stay := p.Stays[0]
	if int(c.Today-stay.Registered) > 190 && r.IntN(100) < 55 {
		issued := stay.Registered.AddMonths(6).AddDays(r.IntN(60))
		if issued <= c.Today {
			p.Permit = &Permit{Issued: issued, ValidTo: issued.AddMonths(12).AddDays(-1)}
			if lapse := p.Permit.ValidTo.AddDays(1); lapse <= c.Today && r.IntN(4) == 0 {
				p.Permit.Lapsed = lapse
			}
		}
	}
	return p
}

func (c *County) children(r *rand.Rand, mother, father *Person, home []Stay, add func(*Person) *Person) {
	age := mother.Birth.YearsUntil(c.Today)
	for range 1 + r.IntN(100)/70 + r.IntN(100)/95 {
		months := r.IntN(min(15, max(1, age-19))*12 + 1)
		if r.IntN(2) == 0 {
			months = min(months, r.IntN(84))
		}
		birth := c.Today.AddMonths(-months).AddDays(-r.IntN(28))
		p := c.person(r, 1+r.IntN(2), birth, home)
		p.Mother, p.Hukou, p.Ethnic = mother.Index, father.Hukou, father.Ethnic
		p.BornHere = birth > home[0].Arrived && p.Here(birth)
		if len(p.Stays) > 0 {
			add(p)
		}
	}
}

// person makes somebody who shares the family's stays from birth on.
func (c *County) person(r *rand.Rand, sex int, birth civil.Date, home []Stay) *Person {
	p := &Person{Sex: sex, Birth: birth, Mother: -1, Spouse: -1, Marital: 10, Ethnic: "01", Hukou: origins[r.IntN(len(origins))]}
	switch r.IntN(200) {
	case 0:
		p.Name, p.Ethnic = pick(r, "阿依古丽·买买提", "古丽娜尔·艾山", "艾力·吐尔逊"), "05"
	case 1:
		p.Name = pick(r, "王䶮", "李𣲗", "陈喆", "张堃")
	default:
		p.Name = surnames[r.IntN(len(surnames))] + given(r, sex)
	}
	if r.IntN(100) < 4 { // of this county, living in another of its villages
		p.Hukou = CountyCode[:6]
	}
	for _, s := range home {
		if s.Left != civil.None && s.Left < birth {
			continue
		}
		if s.Arrived < birth {
			s.Arrived, s.Registered = birth, birth
		}
		p.Stays = append(p.Stays, s)
	}
	return p
}

var surnames = []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹"}

func given(r *rand.Rand, sex int) string {
	male := []string{"伟", "强", "磊", "军", "勇", "杰", "涛", "明", "超", "浩然", "子轩", "建国", "志强", "文博", "宇航"}
	female := []string{"芳", "娜", "敏", "静", "丽", "艳", "霞", "婷", "雪", "雨桐", "梓涵", "秀英", "桂兰", "欣怡", "思琪"}
	if sex == 1 {
		return male[r.IntN(len(male))]
	}
	return female[r.IntN(len(female))]
}

// Number is the invented citizen number of somebody who is not one of People.
// The indexes of a county's own people begin at 0.
func Number(index int, birth civil.Date, sex int) string { return number(index, birth, sex) }

// number makes a citizen number of GB 11643 for a division that does not exist,
// a different one for every index below five million.
func number(index int, birth civil.Date, sex int) string {
	division := 990001 + index/499%9999
	body := fmt.Sprintf("%06d%08d%03d", division, birth.YYYYMMDD(), index%499*2+sex%2)
	sum := 0
	for i := range 17 {
		sum += int(body[i]-'0') * (1 << (17 - i) % 11)
	}
	return body + string("10X98765432"[sum%11])
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }
