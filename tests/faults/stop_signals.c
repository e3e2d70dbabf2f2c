/* Preloaded into the program by tests/wire/signals_test.cpp: ROLLCALL_TEST_SIGNAL is a call and a
 * signal, such as "read 15", which comes just before the first such call on standard input once the
 * program handles that signal itself. Before a read, what can be read is gone too: somebody else
 * has read it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The signal to raise before this call, once; or 0. */
static int wanted(const char* call) {
  static int done = 0;
  const char* const text = getenv("ROLLCALL_TEST_SIGNAL");
  if (done || text == NULL || strcmp(program_invocation_short_name, "rollcall") != 0) return 0;
  if (strncmp(text, call, strlen(call)) != 0) return 0;
  const int number = atoi(text + strlen(call));
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_DFL) return 0;
  done = 1;
  return number;
}

ssize_t read(int descriptor, void* octets, size_t size) {
  static ssize_t (*real)(int, void*, size_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "read");
  const int number = descriptor == STDIN_FILENO ? wanted("read ") : 0;
  if (number != 0) {
    int there = 0;
    ioctl(descriptor, FIONREAD, &there);
    if (there > 0 && (size_t)there <= size) (void)!real(descriptor, octets, (size_t)there);
    raise(number);
  }
  return real(descriptor, octets, size);
}

int poll(struct pollfd* watched, nfds_t count, int milliseconds) {
  static int (*real)(struct pollfd*, nfds_t, int);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "poll");
  const int number = count > 0 && watched[0].fd == STDIN_FILENO ? wanted("poll ") : 0;
  if (number != 0) raise(number);
  return real(watched, count, milliseconds);
}
