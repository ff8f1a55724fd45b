package recordstore

// InOrder is the query of a list of all facts, for a test of how it is answered.
var InOrder = inOrder
