package text

// CallCost is what one more call of a hash costs, in bytes hashed.
const CallCost = 300

// Budget bounds a search. It counts bytes hashed; each call of a hash counts as [CallCost] bytes
// more.
type Budget struct {
	Limit int64
	Spent int64
	Calls int // hashes computed
}

// Spend counts a hash over n bytes.
func (b *Budget) Spend(n int) {
	b.Calls++
	b.Spent += int64(n) + CallCost
}

// Affords reports whether a hash over n bytes is within the budget.
func (b *Budget) Affords(n int) bool { return b.Spent+int64(n)+CallCost <= b.Limit }

// grant adds hashes over n bytes to the budget.
func (b *Budget) grant(hashes, n int) { b.Spent -= int64(hashes) * (int64(n) + CallCost) }
