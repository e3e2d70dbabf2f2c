// The contract on net/http, database/sql and SQLite, as a small back end in one binary has it: a
// transaction for each create, WAL, synchronous=FULL, so that a 201 is on disk.
//
//	go_sqlite PORT FILE
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	_ "github.com/mattn/go-sqlite3"
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

// One connection writes and others read, as SQLite has it: writers would only wait for its lock.
type store struct {
	writer *sql.DB
	reader *sql.DB
	insert *sql.Stmt
	find   *sql.Stmt
}

const schema = `CREATE TABLE IF NOT EXISTS users (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	last_name TEXT NOT NULL,
	first_name TEXT NOT NULL,
	email TEXT NOT NULL
) STRICT`

func openStore(path string) (*store, error) {
	name := "file:" + path + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate"
	writer, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if _, err = writer.Exec(schema); err != nil {
		return nil, err
	}
	reader, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, err
	}
	s := &store{writer: writer, reader: reader}
	s.insert, err = writer.Prepare("INSERT INTO users (last_name, first_name, email) VALUES (?, ?, ?)")
	if err != nil {
		return nil, err
	}
	s.find, err = reader.Prepare("SELECT last_name, first_name, email FROM users WHERE id = ?")
	return s, err
}

func (s *store) add(u *user) error {
	tx, err := s.writer.Begin()
	if err != nil {
		return err
	}
	result, err := tx.Stmt(s.insert).Exec(u.LastName, u.FirstName, u.Email)
	if err != nil {
		tx.Rollback()
		return err
	}
	if u.ID, err = result.LastInsertId(); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (s *store) get(id int64) (user, bool) {
	u := user{ID: id}
	err := s.find.QueryRow(id).Scan(&u.LastName, &u.FirstName, &u.Email)
	return u, err == nil
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
	if s.add(&u) != nil {
		http.Error(w, "not created", http.StatusServiceUnavailable)
		return
	}
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
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go_sqlite PORT FILE")
		os.Exit(2)
	}
	port := os.Args[1]
	s, err := openStore(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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
