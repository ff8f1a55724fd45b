package feedfacts

import feedv1 "xinju.dev/api/gen/xinju/feed/v1"

// IntoOf returns the identifier that the facts of a resident count for, when the
// registry says that it is another one; "" while the resident is a person of its
// own. A link to nobody or to the resident itself says nothing.
func (s Set) IntoOf(resident string) (string, error) {
	for i := range s {
		e := &s[i]
		if e.Kind > feedv1.FactKind_FACT_KIND_LINK {
			break // kinds ascend
		}
		if e.Kind != feedv1.FactKind_FACT_KIND_LINK || e.Deleted {
			continue
		}
		var m feedv1.LinkFact
		if err := e.read(&m); err != nil {
			return "", err
		}
		if into := m.GetIntoId(); into != resident && names(into) {
			return into, nil
		}
	}
	return "", nil
}

// Links returns the number of links that hold: they say where facts count and
// are about nobody's life.
func (s Set) Links() int {
	n := 0
	for i := range s {
		if s[i].Kind == feedv1.FactKind_FACT_KIND_LINK && !s[i].Deleted {
			n++
		}
	}
	return n
}

// Join returns what holds of one person whose facts are kept under several
// identifiers: own is those under the person's own one. Who the person is, that
// one alone says. A fact that more than one has, because it moved between them
// and its end under the old one has not been told yet, is taken in its highest
// version.
func Join(own Set, more ...Set) Set {
	if len(more) == 0 {
		return own
	}
	var out Set
	for i := range own {
		if !own[i].Deleted {
			out = append(out, own[i])
		}
	}
	for _, s := range more {
		for i := range s {
			e := &s[i]
			if !e.Deleted && e.Kind != feedv1.FactKind_FACT_KIND_PERSON && e.Kind != feedv1.FactKind_FACT_KIND_LINK {
				out.Put(*e)
			}
		}
	}
	return out
}
