package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/term"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/server"
)

func imagesCommand(p *program) *cobra.Command {
	return group("images", p.t("list the images that were uploaded, and take one down"),
		imagesList(p), imagesShow(p), imagesTakeDown(p), imagesRevive(p), imagesDown(p))
}

// imageID is the ID in an argument: an ID, or the URL of an image.
func imageID(arg string) string {
	u, err := url.Parse(arg)
	if err != nil || u.Scheme == "" {
		return arg
	}
	for _, segment := range strings.Split(u.Path, "/") {
		if len(segment) > 40 {
			return segment
		}
	}
	return arg
}

func noImage(err error, arg string) error {
	if errors.Is(err, server.ErrNotFound) {
		return texts.Errorf("there is no image %.100q; see: wxup images list", arg)
	}
	return err
}

func imagesList(p *program) *cobra.Command {
	var f sqlindex.MediaFilter
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: p.t("list the images, the newest first"),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			left := f.Limit
			f := f
			f.Limit = min(f.Limit, 1000)
			for m, err := range d.Index.AllMedia(ctx, f) {
				if err != nil {
					return err
				}
				if left--; left < 0 {
					return nil
				}
				if asJSON {
					err = p.printJSON(viewImage(&m))
				} else {
					fmt.Fprintf(p.stdout, "%s  %-10s  %-18s  %8s  %s\n  %s\n", m.Created.Local().Format(time.DateTime), m.Endpoint, m.Account,
						term.Bytes(m.Size), term.Line(m.Filename), placeOf(&m))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&f.Account, "account", "", p.t("only what belongs to this mchid or appid"))
	cmd.Flags().StringVar(&f.Endpoint, "endpoint", "", p.t("only what was uploaded to this endpoint, by name"))
	cmd.Flags().IntVar(&f.Limit, "limit", 50, p.t("how many at most"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

// placeOf is the URL of a public image, and the ID of another.
func placeOf(m *server.Media) string {
	if m.Public {
		return m.URL
	}
	return m.ID
}

// imageView is an image as it is shown.
type imageView struct {
	ID       string    `json:"id"`
	URL      string    `json:"url,omitempty"`
	Account  string    `json:"account"`
	Endpoint string    `json:"endpoint"`
	SHA256   string    `json:"sha256"`
	Size     int64     `json:"size"`
	Format   string    `json:"format"`
	Width    int       `json:"width,omitempty"`
	Height   int       `json:"height,omitempty"`
	Filename string    `json:"filename"`
	Public   bool      `json:"public"`
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires,omitzero"`
	Down     bool      `json:"taken_down,omitempty"`
}

func viewImage(m *server.Media) imageView {
	return imageView{m.ID, m.URL, m.Account, m.Endpoint, m.SHA256, m.Size, string(m.Format), m.Width, m.Height, m.Filename, m.Public, m.Created, m.Expires, false}
}

func imagesShow(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID|URL",
		Short: p.t("show an image's record"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			id := imageID(args[0])
			down, err := d.Index.TakenDown(ctx, id)
			if err != nil {
				return err
			}
			m, err := d.Index.MediaByID(ctx, id)
			switch {
			case errors.Is(err, server.ErrNotFound) && down:
				m = &server.Media{ID: id}
			case err != nil:
				return noImage(err, args[0])
			}
			v := viewImage(m)
			v.Down = down
			if asJSON {
				return p.printJSON(v)
			}
			rows := [][2]string{{"ID", v.ID}, {"URL", v.URL}, {p.t("account"), v.Account}, {p.t("endpoint"), v.Endpoint},
				{"SHA-256", v.SHA256}, {p.t("file"), term.Line(v.Filename)}}
			if v.Size > 0 {
				rows = append(rows, [2]string{p.t("size"), fmt.Sprintf("%s, %s, %d × %d", term.Bytes(v.Size), v.Format, v.Width, v.Height)},
					[2]string{p.t("uploaded at"), v.Created.Local().Format(time.DateTime)})
			}
			if down {
				rows = append(rows, [2]string{p.t("state"), p.t("taken down")})
			}
			printFields(p, rows)
			return nil
		}),
	}
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func imagesTakeDown(p *program) *cobra.Command {
	var block bool
	cmd := &cobra.Command{
		Use:     "takedown ID|URL",
		Short:   p.t("stop serving an image"),
		Long:    p.t(words.TakeDownLong),
		Example: "  wxup images takedown https://img.example.com/mmbiz_jpg/…/0?wx_fmt=jpeg\n  wxup images takedown --block ID",
		Args:    cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			images, err := d.Store(ctx, nil)
			if err != nil {
				return err
			}
			id := imageID(args[0])
			others, err := d.Index.TakeDown(ctx, id, images.Made(id), block, time.Now())
			if err != nil {
				return noImage(err, args[0])
			}
			fmt.Fprintln(p.stdout, p.t("taken down: every node answers 410 within 5 seconds; browsers and caches may show it until the server's --image-age is over"))
			if others > 0 {
				fmt.Fprintln(p.stdout, p.t("%d other images have the same bytes and are still served; see: wxup images list", others))
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&block, "block", false, p.t("do not bring it back when it is uploaded again"))
	return cmd
}

func imagesRevive(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "revive ID|URL",
		Short: p.t("end the takedown of an image; its bytes may have to be uploaded again"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			return noImage(d.Index.Revive(ctx, imageID(args[0])), args[0])
		}),
	}
}

func imagesDown(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: p.t("list what was taken down, the newest first"),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			list, err := d.Index.Takedowns(ctx)
			for _, t := range list {
				state := ""
				if t.Blocked {
					state = "  " + p.t("blocked")
				}
				fmt.Fprintf(p.stdout, "%s  %s%s\n", t.At.Local().Format(time.DateTime), t.ID, state)
			}
			return err
		}),
	}
}
