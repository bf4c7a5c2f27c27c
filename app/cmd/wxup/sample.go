package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/sample"
	"github.com/wxup/wxup/app/words"
)

func sampleCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "sample [FILE]",
		Short:   p.t("write a picture to try uploads with"),
		Long:    p.t(words.SampleLong),
		Example: "  wxup sample\n  wxup put sample.png --to marketing",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := sample.File
			if len(args) > 0 {
				name = args[0]
			}
			if err := sample.Write(name); err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, name)
			return nil
		},
	}
}
