package explain

import (
	"encoding/hex"
	"fmt"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/media"
)

// digests computes digests of the file, each once.
type digests struct {
	facts *facts
	work  *text.Budget
	sums  map[string][]byte
	begun *beginnings // the digest that was sent, looked for on the way to the right one
}

// of returns a digest of the file as it arrived; nil if not all of the file is here, or there is no
// such algorithm.
func (x *digests) of(algorithm string) []byte {
	f := x.facts
	if f.file == nil || !f.file.whole() {
		return nil
	}
	if sum, ok := x.sums[algorithm]; ok {
		return sum
	}
	h, ok := media.NewDigest(algorithm)
	if !ok {
		return nil
	}
	x.work.Calls++
	if sent := decodeDigest(f.sentDigest()); algorithm == f.ep.Digest && len(sent) == h.Size() {
		x.begun = findBeginning(h, f.file.Content, sent, x.work)
	} else {
		h.Write(f.file.Content)
	}
	if x.sums == nil {
		x.sums = map[string][]byte{}
	}
	x.sums[algorithm] = h.Sum(nil)
	return x.sums[algorithm]
}

// judgeDigest finds out what a digest that is not the file's is the digest of. field is where it
// was sent.
func judgeDigest(f *facts, d *draft, sums *digests, keys []secretKey, field, sent string) {
	real := sums.of(f.ep.Digest)
	if real == nil || sent == "" || sent == hex.EncodeToString(real) || f.unknown(sent) != "" {
		return
	}
	x := &digesting{facts: f, draft: d, work: sums.work, begun: sums.begun, keys: keys, field: field, sent: sent, want: decodeDigest(sent), real: real}
	if x.written() || x.oddlyWritten() || x.notHex() || x.otherHash(commonHashes) || x.doubled() || x.smallText() || x.startOrEnd() || x.ofForm() || x.misread(1) || x.encoded() ||
		x.misread(2) || x.rest() || x.imageOnly() || x.ofPart() || x.misread(len(misreadings)) || x.keyed() || x.cutHash() || x.otherHash(rareHashes) || x.odd() || x.zeroed() {
		return
	}
	d.atLeast("digest.other", fmt.Sprintf("%s ≠ %x", text.Visible(sent, 64), real), fmt.Sprintf("%d bytes", len(f.file.Content)))
	d.ruledOut("note.digest_unknown", field, len(f.file.Content), f.ep.Digest, hex.EncodeToString(real))
}
