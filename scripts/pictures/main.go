// Pictures writes the six pictures of the README into docs/pictures, from the repository's own site: home, a district, a report on a
// phone, in the dark, in the view for elder readers (长辈版) and on paper.
//
//	go run ./scripts/pictures
//
// It needs Chromium (GONGKAI_CHROMIUM or in PATH), pdftoppm of poppler-utils and a Chinese font (fonts-noto-cjk). The pictures are PNG
// files of 256 colours, so that all six together stay below a megabyte.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const limit = 1 << 20 // bytes, all pictures together

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// shot is a picture of a page in a window.
type shot struct {
	name          string
	page          string
	width, height int64
	dots          float64 // of the picture for a pixel of the page
	scheme        string
	prepare       string // a script to run before
}

const (
	report = "150702/zhengfu/2019/zhengfu-gongzuo-baogao.html"
	elder  = `localStorage.setItem("gongkai.elder", "yes"); location.reload()`
	plain  = `localStorage.clear()`
)

var shots = []shot{
	{"home", "index.html", 1280, 900, 1, "light", ""},
	{"district", "150702/index.html", 1280, 900, 1, "light", ""},
	{"report-phone", report, 375, 812, 1.5, "light", ""},
	{"report-dark", report, 1280, 900, 1, "dark", `document.getElementById("s1").scrollIntoView({behavior: "instant"})`},
	{"elder", report, 768, 900, 1, "light", elder},
}

func run(ctx context.Context, out io.Writer) (err error) {
	temp, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	public := filepath.Join(temp, "public")
	build := exec.CommandContext(ctx, "go", "run", "./cmd/gongkai", "build", "-q", "-d", public)
	build.Stdout, build.Stderr = out, out
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the site: %w", err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(public)))
	defer server.Close()
	browser, stop, err := start(ctx, temp)
	if err != nil {
		return err
	}
	defer stop()
	total := 0
	write := func(name string, png []byte) error {
		small, err := shrink(png)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		total += len(small)
		file := filepath.Join("docs", "pictures", name+".png")
		if _, err := fmt.Fprintf(out, "%s: %d bytes\n", file, len(small)); err != nil {
			return err
		}
		return os.WriteFile(file, small, 0o644)
	}
	for _, s := range shots {
		png, err := s.take(browser, server.URL+"/")
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := write(s.name, png); err != nil {
			return err
		}
	}
	paper, err := printed(browser, server.URL+"/"+report, temp)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if err := write("print", paper); err != nil {
		return err
	}
	if total > limit {
		return fmt.Errorf("%d bytes together, at most %d", total, limit)
	}
	return nil
}

// fonts makes the system's own font the one of the Chinese characters, as on the machines of readers.
const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><test name="family"><string>system-ui</string></test><edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
<match><test name="family"><string>sans</string></test><edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
<match><test name="family"><string>sans-serif</string></test><edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
</fontconfig>`

func start(ctx context.Context, temp string) (context.Context, func(), error) {
	config := filepath.Join(temp, "fonts.conf")
	if err := os.WriteFile(config, []byte(fonts), 0o644); err != nil {
		return nil, nil, err
	}
	program := os.Getenv("GONGKAI_CHROMIUM")
	if program == "" {
		var err error
		if program, err = exec.LookPath("chromium"); err != nil {
			return nil, nil, err
		}
	}
	alloc, stop := chromedp.NewExecAllocator(ctx, chromedp.ExecPath(program), chromedp.Flag("headless", "new"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "zh-CN"),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Env("FONTCONFIG_FILE="+config))
	browser, _ := chromedp.NewContext(alloc)
	if err := chromedp.Do(browser); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start %s: %w", program, err)
	}
	return browser, func() {
		if err := chromedp.Cancel(browser); err != nil {
			fmt.Fprintln(os.Stderr, "pictures: end Chromium:", err)
		}
		stop()
	}, nil
}

func (s shot) take(browser context.Context, root string) ([]byte, error) {
	steps := []chromedp.Action[chromedp.Void]{
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.width, Height: s.height, DeviceScaleFactor: s.dots}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}}}),
		chromedp.Navigate(root + s.page),
		chromedp.Evaluate[chromedp.Void](plain + "; 0"),
	}
	if s.prepare != "" {
		steps = append(steps, chromedp.Evaluate[chromedp.Void](s.prepare+"; 0"), chromedp.Sleep(time.Second))
	}
	if err := chromedp.Do(browser, append(steps, chromedp.WaitReady(chromedp.CSS(".tools button")))...); err != nil {
		return nil, err
	}
	return chromedp.Run(browser, chromedp.CaptureScreenshot())
}

// printed is the first two pages of a report on paper, side by side.
func printed(browser context.Context, address, temp string) ([]byte, error) {
	steps := []chromedp.Action[chromedp.Void]{chromedp.Navigate(address), chromedp.Evaluate[chromedp.Void](plain + "; 0"), chromedp.Reload()}
	if err := chromedp.Do(browser, steps...); err != nil {
		return nil, err
	}
	pdf, err := chromedp.Run(browser, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		return nil, err
	}
	file := filepath.Join(temp, "report.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		return nil, err
	}
	if b, err := exec.Command("pdftoppm", "-r", "75", "-l", "2", "-png", file, filepath.Join(temp, "page")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pdftoppm: %w: %s", err, b)
	}
	pages, err := filepath.Glob(filepath.Join(temp, "page-*.png"))
	if err != nil {
		return nil, err
	}
	return beside(pages)
}

func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}
