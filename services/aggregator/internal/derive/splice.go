package derive

// Splice replaces in what Encode wrote the pieces of some items by others, in
// canonical order: what RowsOf derived of the same village. What is left is empty
// when the village has none.
func Splice(raw []byte, items *Items, pieces []Piece) ([]byte, error) {
	out := make([]byte, 0, len(raw)+8*len(pieces))
	for len(raw) > 0 {
		var old Piece
		n := old.decode(raw)
		if n <= 0 || int(old.Key) >= len(items.has) {
			return nil, errDamaged
		}
		if !items.has[old.Key] {
			for len(pieces) > 0 && pieces[0].Key < old.Key {
				out, pieces = pieces[0].append(out), pieces[1:]
			}
			out = append(out, raw[:n]...)
		}
		raw = raw[n:]
	}
	for i := range pieces {
		out = pieces[i].append(out)
	}
	return out, nil
}
