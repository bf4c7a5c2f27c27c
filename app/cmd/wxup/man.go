package main

import (
	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/internal/self"
	"github.com/wxup/wxup/app/manpage"
	"github.com/wxup/wxup/app/words"
)

func manCommand(p *program) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man [COMMAND]",
		Short: p.t("print the manual page of wxup or of a command"),
		Long:  p.t(words.ManLong),
		RunE: func(cmd *cobra.Command, args []string) error {
			pages := manpage.Pages{Lang: p.lang, Version: "wxup " + self.Version(), Date: self.Date()}
			of := cmd.Root()
			if dir != "" {
				return pages.WriteAll(dir, of)
			}
			if len(args) > 0 {
				var err error
				if of, err = commandNamed(of, args); err != nil {
					return err
				}
			}
			return pages.Write(p.stdout, of)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", p.t("write all pages to this directory, which is created if it does not exist"))
	cmd.MarkFlagDirname("dir")
	return cmd
}
