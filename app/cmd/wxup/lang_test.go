package main

import (
	"testing"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
	"github.com/wxup/wxup/app/words"
)

func TestCatalogues(t *testing.T) { phrasetest.Complete(t, words.Catalogues...) }
