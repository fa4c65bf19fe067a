// Loads a server on the loopback from one thread, with epoll, and says how it did as one line of JSON.
//
//   client echo PORT CONNECTIONS WARMUP_MS MEASURE_MS SERVER_PID    64 bytes there and back
//   client http PORT CONNECTIONS WARMUP_MS MEASURE_MS SERVER_PID    GET / on connections that are kept
//   client idle PORT CONNECTIONS                                    says "ready", holds them until stdin ends
//
// Every connection has one request on its way at any time: the next is sent as soon as the answer is
// whole. What is answered during the warm-up does not count. The server's CPU time is read from its
// process clock at both ends of the measurement, so it is exact and costs the server nothing.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MESSAGE_BYTES = 64,
  /** An answer must fit: headers and body. */
  ANSWER_BYTES = 1024,
  /** Connections that are being made at a time: fewer than the backlog of any server. */
  MOST_CONNECTING = 64,
  EVENTS = 1024,
  /** A port of ours serves one connection to the server for each of these addresses. */
  ADDRESSES = 100,
};

static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";

typedef struct {
  int fd;
  uint64_t sent_ns;
  int have_bytes;
  char answer[ANSWER_BYTES];
} Connection;

static int is_http;
static const char *request;
static int request_bytes;
static Connection *connections;
static int connection_count;
static int poller;

static void fail(const char *what) {
  fprintf(stderr, "could not %s because %s\n", what, errno == 0 ? "the server did otherwise" : strerror(errno));
  exit(1);
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) fail("read a clock");
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

// ---- Latencies: a histogram whose buckets grow with their value, as HdrHistogram's. A bucket is 1/64 of
// the power of two it lies in, so a value read back is at most 1.6 % too high.

enum { PARTS_BITS = 6, PARTS = 1 << PARTS_BITS, BUCKETS = (64 - PARTS_BITS + 1) * PARTS };

static uint64_t histogram[BUCKETS];
static uint64_t sample_count;
static uint64_t longest_ns;

static int bucket_of(uint64_t ns) {
  if (ns < PARTS) return (int)ns;
  int shift = 63 - __builtin_clzll(ns) - PARTS_BITS;
  return (shift + 1) * PARTS + (int)(ns >> shift) - PARTS;
}

/** The highest value that falls into a bucket. */
static uint64_t top_of(int bucket) {
  if (bucket < PARTS) return (uint64_t)bucket;
  int shift = bucket / PARTS - 1;
  uint64_t part = (uint64_t)(bucket % PARTS + PARTS);
  return ((part + 1) << shift) - 1;
}

static void record(uint64_t ns) {
  histogram[bucket_of(ns)]++;
  sample_count++;
  if (ns > longest_ns) longest_ns = ns;
}

static double percentile_us(double fraction) {
  uint64_t wanted = (uint64_t)((double)sample_count * fraction);
  uint64_t seen = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram[bucket];
    if (seen <= wanted) continue;
    uint64_t ns = top_of(bucket);
    return (double)(ns < longest_ns ? ns : longest_ns) / 1000;
  }
  return 0;
}

// ---- Connecting.

/** Begins to connect, from another address of the loopback each time: one has too few ports for many rounds. */
static int begin_connecting(int port, int index) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("make a socket");
  int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  struct sockaddr_in ours = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK + index % ADDRESSES)}};
  if (bind(fd, (struct sockaddr *)&ours, sizeof ours) != 0) fail("take an address of the loopback");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in theirs = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (connect(fd, (struct sockaddr *)&theirs, sizeof theirs) != 0 && errno != EINPROGRESS) fail("connect");
  return fd;
}

static void watch(Connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data = {.ptr = connection}};
  if (epoll_ctl(poller, operation, connection->fd, &event) != 0) fail("watch a connection");
}

static void connect_all(int port) {
  struct epoll_event events[EVENTS];
  int begun = 0, connected = 0;
  while (connected < connection_count) {
    while (begun < connection_count && begun - connected < MOST_CONNECTING) {
      Connection *connection = &connections[begun];
      connection->fd = begin_connecting(port, begun++);
      watch(connection, EPOLL_CTL_ADD, EPOLLOUT);
    }
    int count = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      Connection *connection = events[i].data.ptr;
      socklen_t size = sizeof errno;
      getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &errno, &size);
      if (errno != 0) fail("connect");
      watch(connection, EPOLL_CTL_MOD, EPOLLIN);
      connected++;
    }
  }
}

// ---- Asking.

static void ask(Connection *connection) {
  connection->have_bytes = 0;
  connection->sent_ns = now_ns();
  if (send(connection->fd, request, (size_t)request_bytes, MSG_NOSIGNAL) != request_bytes) fail("send a request");
}

/** How long the answer will be; 0: its headers have not come whole. */
static int answer_bytes(const Connection *connection) {
  if (!is_http) return MESSAGE_BYTES;
  const char *start = connection->answer;
  const char *end = memmem(start, (size_t)connection->have_bytes, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  int head_bytes = (int)(end - start) + 4;
  if (strncmp(start, "HTTP/1.1 200 ", 13) != 0) fail("get an answer with the status 200");
  const char *length = strcasestr(start, "\r\ncontent-length:");
  if (length == NULL || length > end) fail("get an answer that says its length");
  return head_bytes + atoi(length + 17);
}

/** Takes what has come. Whether the answer is whole. */
static int receive(Connection *connection) {
  int room = ANSWER_BYTES - 1 - connection->have_bytes;
  ssize_t got = recv(connection->fd, connection->answer + connection->have_bytes, (size_t)room, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got == 0) errno = ECONNRESET;
  if (got <= 0) fail("receive an answer");
  connection->have_bytes += (int)got;
  connection->answer[connection->have_bytes] = 0;
  int wanted = answer_bytes(connection);
  errno = 0;
  if (connection->have_bytes > (wanted == 0 ? ANSWER_BYTES - 2 : wanted)) fail("get an answer of the length it says");
  if (connection->have_bytes != wanted) return 0;
  if (!is_http && memcmp(connection->answer, request, MESSAGE_BYTES) != 0) fail("get back what was sent");
  return 1;
}

/**
 * Takes answers and asks again, until that time. With `is_last` it asks no more, and ends when all have
 * their answer, so that no connection is cut in the middle.
 */
static void drive(uint64_t until_ns, int is_sampled, int is_last) {
  struct epoll_event events[EVENTS];
  int left = connection_count;
  for (;;) {
    uint64_t now = now_ns();
    if (is_last ? left == 0 : now >= until_ns) return;
    int wait_ms = is_last ? -1 : (int)((until_ns - now + 999999) / 1000000);
    int count = epoll_wait(poller, events, EVENTS, wait_ms);
    for (int i = 0; i < count; i++) {
      Connection *connection = events[i].data.ptr;
      if (!receive(connection)) continue;
      if (is_sampled) record(now_ns() - connection->sent_ns);
      if (is_last) left--;
      else ask(connection);
    }
  }
}

static void load(int warmup_ms, int measure_ms, int server_pid) {
  clockid_t server;
  if (clock_getcpuclockid(server_pid, &server) != 0) fail("read the clock of the server's process");
  for (int i = 0; i < connection_count; i++) ask(&connections[i]);
  uint64_t begin_ns = now_ns() + (uint64_t)warmup_ms * 1000000u;
  drive(begin_ns, 0, 0);
  begin_ns = now_ns();
  uint64_t server_ns = clock_ns(server), own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  drive(begin_ns + (uint64_t)measure_ms * 1000000u, 1, 0);
  double seconds = (double)(now_ns() - begin_ns) / 1e9;
  server_ns = clock_ns(server) - server_ns;
  own_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own_ns;
  drive(0, 0, 1);
  errno = 0;
  if (sample_count == 0) fail("get any answer in that time");
  double samples = (double)sample_count;
  printf("{\"connections\":%d,\"requests\":%llu,\"seconds\":%.3f,\"perSecond\":%.0f,"
         "\"p50Us\":%.1f,\"p99Us\":%.1f,\"longestUs\":%.1f,\"serverCpuUs\":%.3f,\"clientCpuUs\":%.3f}\n",
         connection_count, (unsigned long long)sample_count, seconds, samples / seconds, percentile_us(0.5),
         percentile_us(0.99), (double)longest_ns / 1000, (double)server_ns / 1000 / samples,
         (double)own_ns / 1000 / samples);
}

static void hold(void) {
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
}

int main(int count, char **arguments) {
  int is_idle = count == 4 && strcmp(arguments[1], "idle") == 0;
  is_http = count == 7 && strcmp(arguments[1], "http") == 0;
  if (!is_idle && !is_http && !(count == 7 && strcmp(arguments[1], "echo") == 0)) {
    fprintf(stderr, "client echo|http PORT CONNECTIONS WARMUP_MS MEASURE_MS SERVER_PID\nclient idle PORT CONNECTIONS\n");
    return 2;
  }
  static char message[MESSAGE_BYTES];
  for (int i = 0; i < MESSAGE_BYTES; i++) message[i] = (char)('0' + i);
  request = is_http ? REQUEST : message;
  request_bytes = is_http ? (int)sizeof REQUEST - 1 : MESSAGE_BYTES;
  connection_count = atoi(arguments[3]);

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  connections = calloc((size_t)connection_count, sizeof *connections);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (connection_count < 1 || connections == NULL || poller < 0) fail("begin");

  connect_all(atoi(arguments[2]));
  if (is_idle) hold();
  else load(atoi(arguments[4]), atoi(arguments[5]), atoi(arguments[6]));
  return 0;
}
