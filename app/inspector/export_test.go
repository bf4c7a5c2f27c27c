package inspector

// Listeners is how many listen, for tests that must know when one has begun.
func (in *Inspector) Listeners() int {
	in.feed.mu.Lock()
	defer in.feed.mu.Unlock()
	return len(in.feed.listeners)
}
