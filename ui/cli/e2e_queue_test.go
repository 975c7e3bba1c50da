//go:build unix

package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
)

// slow is a store's setting that makes a transfer of some MiB last longer than
// any scene, however busy the machine is.
const slow = "[transfer]\nbandwidth = \"128KiB/s\"\npart_size = \"5MiB\"\n"

func queueScenes() []scene {
	return []scene{
		{"a cancelled upload leaves nothing on the server", cancelUpload},
		{"a cancelled download leaves no partial file", cancelDownload},
		{"a paused job goes on where it was, and faster without a limit", pauseResume},
		{"quitting while busy asks, and Cancel leaves nothing half done", quitCancels},
		{"quitting while busy can wait for the jobs", quitWaits},
	}
}

// upload begins a slow upload and waits until the server knows of it.
func (s *stage) upload(name string, size int) (content []byte) {
	s.Helper()
	s.store(slow)
	content = random(size, 2)
	s.file(name, content)
	s.open()
	s.point(left, name)
	s.do("Copy "+name, "f5")
	s.Keys("enter")
	s.eventually("an upload", func() bool { return s.uploads() == 1 })
	return content
}

// download begins a slow download and waits until it writes.
func (s *stage) download(name string, size int) (content []byte) {
	s.Helper()
	s.store(slow)
	return s.begin(name, size)
}

// begin begins a download and waits until it writes.
func (s *stage) begin(name string, size int) (content []byte) {
	s.Helper()
	content = random(size, 3)
	s.object(name, content)
	s.open()
	s.point(right, name)
	s.do("Copy "+name, "f5")
	s.Keys("enter")
	s.eventually("a partial file", func() bool { return len(s.partials()) == 1 })
	return content
}

// partials are the files of downloads under way.
func (s *stage) partials() (names []string) {
	s.Helper()
	for _, name := range s.names(".") {
		if strings.HasPrefix(name, ".") && strings.Contains(name, ".gantry-") {
			names = append(names, name)
		}
	}
	return names
}

// cancel cancels the only job in the queue.
func (s *stage) cancel() {
	s.Helper()
	s.do("Queue", "f12")
	s.do("Cancel job", "x")
	s.do("– cancelled", "y")
}

func cancelUpload(s *stage) {
	s.upload("big.bin", 24<<20)
	s.cancel()
	s.eventually("the end of the upload", func() bool { return s.uploads() == 0 })
	s.isObject("big.bin", nil)
	s.do("F5Copy", "esc")
	s.lacks(right, "big.bin")
	s.Keys("q") // nothing is left to ask about
	s.end(0)
}

func cancelDownload(s *stage) {
	s.download("big.bin", 24<<20)
	s.cancel()
	s.eventually("the end of the partial file", func() bool { return len(s.names(".")) == 0 })
	s.do("F5Copy", "esc")
	s.Keys("q")
	s.end(0)
}

func pauseResume(s *stage) {
	content := s.upload("big.bin", 24<<20)
	s.do("Queue", "w")
	s.do("paused", "p")
	s.isObject("big.bin", nil)
	if s.uploads() != 1 {
		s.Error("the pause has given up the upload")
	}
	s.do("running", "p")
	s.do("Limit the bandwidth", "b")
	s.do("Limit for all transfers", "a")
	s.Send("unlimited\r")
	s.WaitFor("100 %")
	s.WaitFor("done")
	s.isObject("big.bin", content)
	s.do("F5Copy", "esc")
	s.Keys("q")
	s.end(0)
}

func quitCancels(s *stage) {
	s.upload("big.bin", 24<<20)
	s.do("1 job is not finished", "f10")
	s.WaitFor("[w] Wait")
	s.WaitFor("[c] Cancel them")
	s.Keys("esc") // changes nothing
	s.WaitGone("[w] Wait")
	if s.uploads() != 1 {
		s.Error("Esc has ended the upload")
	}
	s.do("[c] Cancel them", "q")
	s.Keys("c")
	s.end(0)
	if n := s.uploads(); n != 0 {
		s.Errorf("%d uploads are left", n)
	}
	s.isObject("big.bin", nil)
}

func quitWaits(s *stage) {
	release := s.hold("big.bin")
	content := s.begin("big.bin", 24<<20)
	s.do("1 job is not finished", "q")
	s.do("Quitting when", "w")
	release()
	s.end(0)
	s.isFile("big.bin", content)
	if got := s.names("."); len(got) != 1 {
		s.Errorf("the folder holds %q", got)
	}
}

// hold puts a gate between the program and the server, through which only the
// beginning of an object comes until release is called.
func (s *stage) hold(key string) (release func()) {
	s.Helper()
	server, err := url.Parse(s.url)
	s.must(err)
	opened := make(chan struct{})
	gate := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server)
			r.Out.Host = r.In.Host // which is signed
		},
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodGet && strings.HasSuffix(r.Request.URL.Path, "/"+key) {
				r.Body = &held{r.Body, 1 << 20, opened}
			}
			return nil
		},
	})
	release = sync.OnceFunc(func() { close(opened) })
	s.Cleanup(func() {
		release()
		gate.Close()
	})
	s.url = gate.URL
	s.store("")
	return release
}

// held is a body that waits for the gate after some bytes.
type held struct {
	io.ReadCloser
	free   int
	opened <-chan struct{}
}

func (h *held) Read(p []byte) (int, error) {
	if h.free <= 0 {
		<-h.opened
	}
	n, err := h.ReadCloser.Read(p)
	h.free -= n
	return n, err
}
