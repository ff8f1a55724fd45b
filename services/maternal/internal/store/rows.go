package store

// Rows of the kinds, for what handles a store without looking into it.
type (
	PregnancyRow = pregnancyRow
	AntenatalRow = antenatalRow
	PostnatalRow = postnatalRow
	CheckRow     = checkRow
)
