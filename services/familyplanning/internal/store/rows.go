package store

// Rows of the kinds, for what handles a store without looking into it.
type (
	MethodRow  = methodRow
	ServiceRow = serviceRow
)
