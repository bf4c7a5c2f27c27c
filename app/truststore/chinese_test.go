package truststore

import (
	"testing"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
)

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }
