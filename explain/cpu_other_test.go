//go:build !unix

package explain

import "time"

func used() time.Duration { return 0 }
