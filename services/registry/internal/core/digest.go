package core

import "xinju.dev/services/platform/civil"

// Digest is SHA-256 over everything of a state that is kept: two states with
// one digest are the same.
func (s State) Digest() [32]byte {
	w := newDigester()
	exists := int64(0)
	if s.Exists {
		exists = 1
	}
	w.ints(exists, int64(s.Sex), int64(s.Birth), int64(s.Marital), int64(s.Death), int64(len(s.Documents)), int64(len(s.Hukou)))
	w.texts(s.Name, s.Ethnic, s.Phone, s.Employer, s.MotherID)
	for _, d := range s.Documents {
		w.ints(int64(d.From), int64(d.Until))
		w.texts(string(d.Type), d.Number.Reveal(), d.Country)
	}
	w.ints(int64(len(s.FormerNames)))
	for _, n := range s.FormerNames {
		w.ints(int64(n.Until))
		w.texts(n.Name)
	}
	w.texts(s.BirthPartial, s.NameRaw, s.NameEncoding)
	for _, h := range s.Hukou {
		w.ints(int64(h.From), int64(h.Kind))
		w.texts(h.Division)
	}
	w.ints(int64(len(s.Stays)))
	for _, t := range s.Stays {
		w.texts(t.ID, t.Division, t.Address)
		w.ints(int64(t.Arrived), int64(t.Registered), int64(t.FirstSeen), int64(t.Left), int64(t.Reason))
	}
	w.ints(int64(len(s.Permits)))
	for _, p := range s.Permits {
		w.texts(p.ID, p.Division)
		w.ints(int64(p.Issued), int64(p.ValidUntil), int64(p.Lapsed), int64(p.Cancelled), int64(len(p.Endorsed)), int64(len(p.Points)))
		for _, d := range p.Endorsed {
			w.ints(int64(d))
		}
		for _, q := range p.Points {
			w.ints(int64(q.From), int64(q.Points))
		}
		w.card(p)
	}
	w.texts(s.Flags...)
	w.document(s.MotherDocument)
	return w.sum()
}

// card adds nothing where nothing happened to the card of a permit.
func (d *digester) card(p Permit) {
	if p.Number == "" && p.Lost == civil.None && len(p.Reissued) == 0 {
		return
	}
	d.texts("card", p.Number)
	d.ints(int64(p.Lost), int64(len(p.Reissued)))
	for _, day := range p.Reissued {
		d.ints(int64(day))
	}
}
