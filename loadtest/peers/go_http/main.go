// The contract on net/http and encoding/json: the standard library, and a map behind a lock.
//
//	go_http PORT
package main

import (
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

type user struct {
	LastName  string `json:"last-name"`
	FirstName string `json:"first-name"`
	Email     string `json:"email"`
	ID        int64  `json:"id"`
}

func (u *user) valid() bool {
	return u.LastName != "" && u.FirstName != "" && strings.Contains(u.Email, "@")
}

type store struct {
	mutex sync.RWMutex
	users map[int64]user
}

func (s *store) add(u *user) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	u.ID = int64(len(s.users)) + 1
	s.users[u.ID] = *u
}

func (s *store) get(id int64) (user, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	u, found := s.users[id]
	return u, found
}

const maxBody = 64 * 1024

func answer(w http.ResponseWriter, status int, u *user) {
	body, err := json.Marshal(u)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		http.Error(w, "not application/json", http.StatusBadRequest)
		return
	}
	var u user
	err = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&u)
	if err != nil || !u.valid() {
		http.Error(w, "invalid user", http.StatusBadRequest)
		return
	}
	s.add(&u)
	w.Header().Set("Location", "/users/"+strconv.FormatInt(u.ID, 10))
	answer(w, http.StatusCreated, &u)
}

func (s *store) show(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/users/"), 10, 64)
	u, found := s.get(id)
	if err != nil || !found {
		http.NotFound(w, r)
		return
	}
	answer(w, http.StatusOK, &u)
}

func main() {
	port := "0"
	if len(os.Args) > 1 {
		port = os.Args[1]
	}
	s := &store{users: make(map[int64]user)}
	http.HandleFunc("/users", s.create)
	http.HandleFunc("/users/", s.show)

	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("ready http://%s\n", listener.Addr())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		os.Exit(0)
	}()
	fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
	os.Exit(1)
}
