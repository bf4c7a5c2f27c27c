package main

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/internal/shellword"
	"github.com/wxup/wxup/app/truststore"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

func caCommand(p *program) *cobra.Command {
	cmd := group("ca", p.t("the local CA: show it, export it, make this system trust it"),
		caShow(p), caExport(p), caBundle(p), caInstall(p), caUninstall(p), caRenew(p))
	cmd.Long = p.t(words.CaLong)
	return cmd
}

// caFile reads the CA's certificate from the data directory. It does not open the index, which
// under sudo would leave files of root's behind.
func caFile(p *program) (cert *x509.Certificate, file string, err error) {
	if file, err = filepath.Abs(datadir.CAFile(p.data)); err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", texts.Errorf("there is no CA in %s; start wxup serve once, or name the directory with --data", p.data)
	} else if err != nil {
		return nil, "", err
	}
	if cert, err = truststore.Parse(text); err != nil {
		return nil, "", texts.Errorf("%s: %w; start wxup serve once to write it again", file, err)
	}
	return cert, file, nil
}

func caShow(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show", Args: cobra.NoArgs,
		Short: p.t("show subject, fingerprints, validity, and the names it may issue for"),
		RunE: func(*cobra.Command, []string) error {
			cert, file, err := caFile(p)
			if err != nil {
				return err
			}
			var system truststore.System
			names := append([]string{}, cert.PermittedDNSDomains...)
			for _, n := range cert.PermittedIPRanges {
				names = append(names, n.String())
			}
			shown := struct {
				File      string    `json:"file"`
				Subject   string    `json:"subject"`
				Serial    string    `json:"serial"`
				SHA256    string    `json:"sha256"`
				SHA1      string    `json:"sha1"`
				NotBefore time.Time `json:"not_before"`
				NotAfter  time.Time `json:"not_after"`
				Permitted []string  `json:"permitted"`
				Installed bool      `json:"installed"`
			}{
				file, cert.Subject.CommonName, sign.Serial(cert), fmt.Sprintf("%X", sha256.Sum256(cert.Raw)), fmt.Sprintf("%X", sha1.Sum(cert.Raw)),
				cert.NotBefore, cert.NotAfter, names, system.Trusts(cert),
			}
			if asJSON {
				return p.printJSON(shown)
			}
			for _, line := range [][2]string{
				{p.t("file"), shown.File},
				{p.t("subject"), shown.Subject},
				{p.t("serial"), shown.Serial},
				{"SHA-256", shown.SHA256},
				{"SHA-1", shown.SHA1},
				{p.t("valid"), shown.NotBefore.Format(time.DateOnly) + " – " + shown.NotAfter.Format(time.DateOnly)},
				{p.t("issues for"), strings.Join(shown.Permitted, ", ") + p.t(", and names below them")},
				{p.t("key"), p.t("ECDSA P-256, kept in the index only")},
				{p.t("trusted here"), map[bool]string{true: p.t("yes"), false: p.t("not by the system (wxup ca install)")}[shown.Installed]},
			} {
				fmt.Fprintf(p.stdout, "%s: %s\n", line[0], line[1])
			}
			if datadir.EndsSoon(cert, time.Now()) {
				fmt.Fprintln(p.stderr, p.t("it expires soon; renew it with: wxup ca renew"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, p.t("one JSON object"))
	return cmd
}

// writing are the flags of commands that write certificates.
type writing struct{ format, password, output string }

func (w *writing) flags(p *program, cmd *cobra.Command) {
	cmd.Flags().StringVar(&w.format, "format", "pem", p.t("one of ")+strings.Join(truststore.Formats, ", "))
	cmd.Flags().StringVar(&w.password, "password", truststore.Password, p.t("password of a p12 or jks; it protects nothing secret"))
	cmd.Flags().StringVarP(&w.output, "output", "o", "-", p.t("the file to write; - is standard output"))
}

func writeCertificates(p *program, w writing, certs []*x509.Certificate) error {
	data, err := truststore.Encode(w.format, certs, w.password)
	if err != nil {
		return err
	}
	if w.output != "-" && w.output != "" {
		return devkeys.WritePublic(w.output, data)
	}
	if f, ok := p.stdout.(*os.File); ok && w.format != "pem" && term.IsTerminal(int(f.Fd())) {
		return texts.Errorf("a %s file cannot be printed on a terminal; name a file with -o", w.format)
	}
	_, err = p.stdout.Write(data)
	return err
}

func caExport(p *program) *cobra.Command {
	var w writing
	cmd := &cobra.Command{
		Use: "export", Args: cobra.NoArgs,
		Short: p.t("write the CA's certificate, never its key"),
		Long:  p.t(words.CaExportLong),
		RunE: func(*cobra.Command, []string) error {
			cert, _, err := caFile(p)
			if err != nil {
				return err
			}
			return writeCertificates(p, w, []*x509.Certificate{cert})
		},
	}
	w.flags(p, cmd)
	return cmd
}

func caBundle(p *program) *cobra.Command {
	var w writing
	cmd := &cobra.Command{
		Use: "bundle", Args: cobra.NoArgs,
		Short: p.t("write the CA together with the system's roots"),
		Long:  p.t(words.CaBundleLong),
		RunE: func(*cobra.Command, []string) error {
			cert, _, err := caFile(p)
			if err != nil {
				return err
			}
			var system truststore.System
			if file, _ := system.Roots(); file == "" {
				fmt.Fprintln(p.stderr, p.t("the system's roots were not found; the bundle holds the CA alone"))
			}
			return writeCertificates(p, w, system.Merge(cert))
		},
	}
	w.flags(p, cmd)
	return cmd
}

func caInstall(p *program) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use: "install", Args: cobra.NoArgs,
		Short: p.t("make this system trust the CA"),
		Long:  p.t(words.CaInstallLong),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cert, file, err := caFile(p)
			if err != nil {
				return err
			}
			var system truststore.System
			steps, err := system.Install(cert, file)
			if err != nil {
				return err
			}
			return changeSystem(p, cmd, steps, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, p.t("print the steps only"))
	return cmd
}

func caUninstall(p *program) *cobra.Command {
	var dry, all bool
	cmd := &cobra.Command{
		Use: "uninstall", Args: cobra.NoArgs,
		Short: p.t("undo ca install"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var system truststore.System
			if all {
				steps, err := system.UninstallAll()
				if err != nil {
					return err
				}
				return changeSystem(p, cmd, steps, dry)
			}
			cert, file, err := caFile(p)
			if err != nil {
				return texts.Errorf("%w; or remove all: wxup ca uninstall --all", err)
			}
			steps, err := system.Uninstall(cert, file)
			if err != nil {
				return err
			}
			return changeSystem(p, cmd, steps, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, p.t("print the steps only"))
	cmd.Flags().BoolVar(&all, "all", false, p.t("remove the CAs of all wxup installations, even those whose data directory is gone"))
	return cmd
}

// changeSystem prints the steps and takes them unless dry.
func changeSystem(p *program, cmd *cobra.Command, steps []truststore.Step, dry bool) error {
	if len(steps) == 0 {
		fmt.Fprintln(p.stdout, p.t("nothing to do: the system does not trust it"))
		return nil
	}
	for _, s := range steps {
		fmt.Fprintln(p.stdout, s)
	}
	if dry {
		return nil
	}
	dir, err := filepath.Abs(p.data)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	asRoot := texts.Errorf("the system's trust store belongs to root; run: sudo %s %s --data %s",
		shellword.Quote(program), strings.TrimPrefix(cmd.CommandPath(), "wxup "), shellword.Quote(dir))
	if runtime.GOOS != "windows" && os.Geteuid() != 0 {
		return asRoot
	}
	for _, s := range steps {
		if err := s.Do(cmd.Context()); errors.Is(err, fs.ErrPermission) {
			return asRoot
		} else if err != nil {
			return err
		}
	}
	fmt.Fprintln(p.stdout, p.t("done; running programs may have to be restarted"))
	return nil
}

func caRenew(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "renew", Args: cobra.NoArgs,
		Short: p.t("renew the CA for 10 years, with the same key"),
		Long:  p.t(words.CaRenewLong),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			ca, err := d.CA(ctx)
			if err != nil {
				return texts.Errorf("load the CA: %w", err)
			}
			if ca, err = d.RenewCA(ctx, ca, time.Now()); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, p.t("valid until %s; restart wxup serve, and repeat wxup ca install and wxup ca export where you used them\n"), ca.Certificate().NotAfter.Format(time.DateOnly))
			return nil
		}),
	}
}
