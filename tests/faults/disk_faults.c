/* Preloaded into the program by tests/wire/faults_test.cpp: makes writes to, or syncs of, the
 * store's files fail while the file that ROLLCALL_TEST_FAULTS names says so: "write ENOSPC",
 * "write EIO", "sync EIO", or "directory EIO" for the syncs of directories. "hang" makes syncs of
 * the store's files wait for as long as it is there. "slow 20" makes each write of a page of theirs
 * take 20 ms, and so the disk slow in proportion to what is written. "network" makes every file
 * system one of a network. Anything else lets everything pass. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

/* A smaller write is a header's. */
#define PAGE_OCTETS 1024

/* By open and read as such, never through what is replaced below. */
static ssize_t read_control(char* text, size_t room) {
  const char* const path = getenv("ROLLCALL_TEST_FAULTS");
  const int control = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (control < 0) return 0;
  const ssize_t size = read(control, text, room);
  close(control);
  return size;
}

static int wanted(const char* operation) {
  char text[32] = {0};
  const ssize_t size = read_control(text, sizeof text - 1);
  if (size <= 0 || strncmp(text, operation, strlen(operation)) != 0) return 0;
  return strstr(text, "ENOSPC") != NULL ? ENOSPC : EIO;
}

static int is_directory(int descriptor) {
  struct stat about;
  return fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode);
}

static int is_store_file(int descriptor) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = '\0';
  return strstr(path, ".db") != NULL;
}

static void wait_if_it_hangs(int descriptor) {
  while (is_store_file(descriptor) && wanted("hang") != 0) usleep(10 * 1000);
}

static void take_time(int descriptor, size_t size) {
  char text[32] = {0};
  if (size < PAGE_OCTETS || read_control(text, sizeof text - 1) <= 0) return;
  if (strncmp(text, "slow ", 5) != 0 || !is_store_file(descriptor)) return;
  usleep((useconds_t)atoi(text + 5) * 1000);
}

/* The error for this operation on this descriptor, or 0. */
static int fault(const char* operation, int descriptor) {
  const int saved = errno;
  const int error = is_store_file(descriptor)  ? wanted(operation)
                    : is_directory(descriptor) ? wanted("directory")
                                               : 0;
  errno = error != 0 ? error : saved;
  return error;
}

ssize_t pwrite64(int descriptor, const void* octets, size_t size, off64_t offset) {
  static ssize_t (*real)(int, const void*, size_t, off64_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "pwrite64");
  take_time(descriptor, size);
  return fault("write", descriptor) != 0 ? -1 : real(descriptor, octets, size, offset);
}

ssize_t pwrite(int descriptor, const void* octets, size_t size, off_t offset) {
  return pwrite64(descriptor, octets, size, offset);
}

ssize_t write(int descriptor, const void* octets, size_t size) {
  static ssize_t (*real)(int, const void*, size_t);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "write");
  return fault("write", descriptor) != 0 ? -1 : real(descriptor, octets, size);
}

int fdatasync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "fdatasync");
  wait_if_it_hangs(descriptor);
  return fault("sync", descriptor) != 0 ? -1 : real(descriptor);
}

int fsync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "fsync");
  return fault("sync", descriptor) != 0 ? -1 : real(descriptor);
}

int statfs(const char* path, struct statfs* about) {
  static int (*real)(const char*, struct statfs*);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "statfs");
  const int result = real(path, about);
  /* CIFS: the highest of 32 bits is set, and the field is signed. */
  if (result == 0 && wanted("network") != 0) about->f_type = (int)0xff534d42;
  return result;
}
