package facts

import rules "xinju.dev/services/permit"

// Card is what the rules of endorsement need of a permit. A card lost or made
// anew changes nothing there.
func (p *Permit) Card() rules.Card {
	return rules.Card{Issued: p.Issued, ValidUntil: p.ValidTo, Endorsed: p.Endorsed, Lapsed: p.Lapsed, Cancelled: p.Cancelled}
}
