package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/words"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

func merchantCommand(p *program) *cobra.Command {
	return group("merchant", p.t("manage the merchants of this server"),
		merchantAdd(p), merchantList(p), merchantShow(p), merchantRotate(p), merchantRevoke(p))
}

func merchantAdd(p *program) *cobra.Command {
	m := datadir.NewMerchant{}
	mode := datadir.PublicKey
	var certFile, keyFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "add [MCHID]",
		Short: p.t("add a merchant, with keys of your own or new ones"),
		Long:  p.t(words.MerchantAddLong),
		Args:  cobra.MaximumNArgs(1),
	}
	cmd.RunE = p.withData(func(ctx context.Context, d *datadir.Dir, args []string) (err error) {
		if len(args) > 0 {
			m.MchID = args[0]
		}
		if err := knownEndpoints(m.Endpoints); err != nil {
			return err
		}
		m.PublicKeyOnly = mode == datadir.PublicKey
		if m.Cert, err = ownFile(cmd, "cert", certFile); err != nil {
			return err
		}
		if m.Key, err = ownFile(cmd, "key", keyFile); err != nil {
			return err
		}
		m.APIv2Key, m.APIv3Key = typed(cmd, "apiv2-key", m.APIv2Key), typed(cmd, "apiv3-key", m.APIv3Key)
		given := m
		if err := d.AddMerchant(ctx, &m); err != nil {
			return err
		}
		shown := viewMerchant(d, &m.Merchant)
		if given.APIv2Key == "" {
			shown.APIv2Key = m.APIv2Key // shown this once
		}
		if given.APIv3Key == "" {
			shown.APIv3Key = m.APIv3Key
		}
		return shown.print(p, asJSON)
	})
	flags := cmd.Flags()
	flags.StringVar(&m.Name, "name", "", p.t("a name for people"))
	flags.Var(&mode, "mode", p.t("public-key, as new merchants have it, or certificate: which of WeChat Pay's keys sign answers"))
	flags.BoolVar(&m.ECommerce, "ecommerce", false, p.t("it uses 电商收付通, for which the endpoint merchant takes 5 MB"))
	flags.StringSliceVar(&m.Endpoints, "endpoints", nil, p.t("the endpoints it may use, by name (default: all)"))
	flags.StringVar(&certFile, "cert", "", p.t("its certificate, apiclient_cert.pem (default: a new one)"))
	flags.StringVar(&keyFile, "key", "", p.t("the private key of --cert, apiclient_key.pem"))
	flags.StringVar(&m.APIv2Key, "apiv2-key", "", p.t("its APIv2 key (default: a new one)"))
	flags.StringVar(&m.APIv3Key, "apiv3-key", "", p.t("its APIv3 key, 32 characters (default: a new one)"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

// typed returns a flag's value if it was typed. The variables of the same names are the credentials
// of another merchant, the one that uploads.
func typed(cmd *cobra.Command, flag, value string) string {
	if !cmd.Flags().Changed(flag) {
		return ""
	}
	return value
}

func ownFile(cmd *cobra.Command, flag, file string) ([]byte, error) {
	if file = typed(cmd, flag, file); file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, texts.Errorf("--%s: %w", flag, err)
	}
	return text, nil
}

func merchantList(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: p.t("list the merchants and their certificates"),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			all, err := d.Index.ListMerchants(ctx)
			if err != nil {
				return err
			}
			for i := range all {
				v := viewMerchant(d, &all[i])
				if asJSON {
					err = p.printJSON(v)
				} else {
					fmt.Fprintf(p.stdout, "%s  %-11s  %s%s\n", v.MchID, v.Mode, v.Name, v.state(p))
					for _, c := range v.Certificates {
						fmt.Fprintf(p.stdout, "  %s\n", c)
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		}),
	}
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func merchantShow(p *program) *cobra.Command {
	var asJSON, reveal bool
	cmd := &cobra.Command{
		Use:   "show MCHID",
		Short: p.t("show a merchant; its API keys only with --reveal"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			m, err := d.Index.Merchant(ctx, args[0])
			if err != nil {
				return datadir.Named(err, "merchant", args[0])
			}
			v := viewMerchant(d, m)
			if reveal {
				v.APIv2Key, v.APIv3Key = m.APIv2Key, m.APIv3Key
			}
			return v.print(p, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, p.t("show the secrets too"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func merchantRotate(p *program) *cobra.Command {
	var endOld bool
	cmd := &cobra.Command{
		Use:   "rotate MCHID",
		Short: p.t("issue a new certificate to a merchant; the old one stays valid until it is revoked"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			serial, err := d.RotateMerchant(ctx, args[0], endOld)
			if err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, serial)
			fmt.Fprintln(p.stderr, p.t("the new files are in %s, the old ones in a directory below it; restart wxup serve to update wxup.env", d.MerchantDir(args[0])))
			return nil
		}),
	}
	cmd.Flags().BoolVar(&endOld, "end-old", false, p.t("invalidate the old certificates at once"))
	return cmd
}

func merchantRevoke(p *program) *cobra.Command {
	var serial string
	cmd := &cobra.Command{
		Use:   "revoke MCHID",
		Short: p.t("revoke a certificate (--serial), or disable the merchant"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			if serial == "" {
				return d.DisableMerchant(ctx, args[0])
			}
			return d.RevokeCertificate(ctx, args[0], serial)
		}),
	}
	cmd.Flags().StringVar(&serial, "serial", "", p.t("the serial number of the certificate"))
	return cmd
}

// merchantView is a merchant as it is shown. Its secrets are empty unless they are to be shown.
type merchantView struct {
	MchID        string            `json:"mchid"`
	Name         string            `json:"name,omitempty"`
	Disabled     bool              `json:"disabled,omitempty"`
	Mode         datadir.Mode      `json:"mode"`
	ECommerce    bool              `json:"ecommerce,omitempty"`
	Endpoints    []string          `json:"endpoints,omitempty"`
	APIv2Key     string            `json:"apiv2_key,omitempty"`
	APIv3Key     string            `json:"apiv3_key,omitempty"`
	Certificates []certificateView `json:"certificates"`
	Files        string            `json:"files,omitempty"` // the directory, if it is on this machine
}

type certificateView struct {
	Serial  string    `json:"serial"`
	State   string    `json:"state"`
	Expires time.Time `json:"expires"`
}

func (c certificateView) String() string {
	return fmt.Sprintf("%s  %-8s  %s", c.Serial, c.State, c.Expires.Format(time.DateOnly))
}

func viewMerchant(d *datadir.Dir, m *server.Merchant) *merchantView {
	v := &merchantView{MchID: m.MchID, Name: m.Name, Disabled: m.Disabled, Mode: datadir.ModeOf(m), ECommerce: m.ECommerce, Endpoints: m.Endpoints}
	for _, c := range m.Certificates {
		state := string(c.State)
		if state == "" {
			state = "valid"
		}
		v.Certificates = append(v.Certificates, certificateView{sign.Serial(c.Certificate), state, c.Certificate.NotAfter})
	}
	if _, err := os.Stat(d.MerchantDir(m.MchID)); err == nil {
		v.Files = d.MerchantDir(m.MchID)
	}
	return v
}

func (v *merchantView) state(p *program) string {
	if v.Disabled {
		return p.t(" (disabled)")
	}
	return ""
}

func (v *merchantView) print(p *program, asJSON bool) error {
	if asJSON {
		return p.printJSON(v)
	}
	fmt.Fprintf(p.stdout, "%s%s\n", v.MchID, v.state(p))
	eCommerce := ""
	if v.ECommerce {
		eCommerce = p.t("yes")
	}
	rows := [][2]string{
		{p.t("name"), v.Name}, {p.t("mode"), string(v.Mode)}, {p.t("e-commerce"), eCommerce}, {p.t("endpoints"), strings.Join(v.Endpoints, " ")},
		{p.t("APIv2 key"), v.APIv2Key}, {p.t("APIv3 key"), v.APIv3Key},
	}
	for _, c := range v.Certificates {
		rows = append(rows, [2]string{p.t("certificate"), c.String()})
	}
	printFields(p, append(rows, [2]string{p.t("files"), v.Files}))
	return nil
}

// knownEndpoints refuses names that no endpoint has.
func knownEndpoints(names []string) error {
	i := slices.IndexFunc(names, func(name string) bool { _, ok := wxup.LookupEndpoint(name); return !ok })
	if i < 0 {
		return nil
	}
	return texts.Errorf("there is no endpoint %q; see: wxup endpoints", names[i])
}
