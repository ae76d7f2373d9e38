/* Closed-loop load on one port of this machine: each connection sends its next request when the
   last is answered. Prints one JSON object.
   usage: loadgen -p PORT -a HOST [-c CONNECTIONS] [-d SECONDS] [-w WARM-UP] [-n]
                  [-P PATHS] [-H 'name: value'] [-C CERT -K KEY -A CA]
   -n opens a new connection for every request; -P sends to /svc000/item, /svc001/item, ... */
#include "wire.h"

enum { ROOM = 16384, EVENTS = 512, BUCKETS = 64 * 64 };
struct connection {
  int fd, up;
  SSL *tls;
  uint64_t asked;
  const char *out;
  size_t owed, have;
  long left; /* bytes of the body still to come; -1 before the head is read */
  char in[ROOM];
};
static int port, connections = 64, anew, paths = 1, poll;
static double seconds = 2, warm = 0.5;
static const char *host = "localhost", *cert, *key, *ca;
static char fields[4096], **requests;
static size_t *sizes;
static SSL_CTX *tls;
static uint64_t answered, failed, opened, from, until, histogram[BUCKETS];
static unsigned seed = 12345;

static void record(uint64_t ns) { /* log-linear, 64 steps an octave, unit 0.1 us */
  uint64_t v = ns / 100;
  int octave = 0;
  for (; v >= 64; v >>= 1) octave++;
  histogram[octave * 64 + (int)v]++;
}
static double percentile(double p) {
  uint64_t seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    seen += histogram[i];
    if (seen && (double)seen >= p * (double)answered) return (double)((uint64_t)(i % 64) << (i / 64)) / 10;
  }
  return 0;
}
static void connect_anew(struct connection *c) {
  struct sockaddr_in at = loopback(port);
  int one = 1;
  *c = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), .left = -1};
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(c->fd, (struct sockaddr *)&at, sizeof at) && errno != EINPROGRESS) fail("connect");
  c->asked = nanoseconds();
  if (tls) {
    c->tls = SSL_new(tls);
    SSL_set_fd(c->tls, c->fd);
    SSL_set_connect_state(c->tls);
  }
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
  epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
  opened++;
}
static void disconnect(struct connection *c) {
  struct linger abrupt = {1, 0}; /* no TIME_WAIT left behind */
  SSL_free(c->tls);
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  close(c->fd);
}
static int push(struct connection *c) {
  while (c->owed) {
    ssize_t w = transmit(c->fd, c->tls, c->out, c->owed);
    if (w == BLOCKED) return 1;
    if (w <= 0) return 0;
    c->out += w;
    c->owed -= (size_t)w;
  }
  return 1;
}
static int ask(struct connection *c) {
  seed = seed * 1664525u + 1013904223u;
  int which = (int)((seed >> 8) % (unsigned)paths);
  c->out = requests[which];
  c->owed = sizes[which];
  c->have = 0;
  c->left = -1;
  return push(c);
}
static int take(struct connection *c) { /* 1 answered, 0 more to come, -1 broken */
  for (;;) {
    ssize_t r = receive(c->fd, c->tls, c->in + c->have, ROOM - c->have);
    if (r == BLOCKED) return 0;
    if (r <= 0) return -1;
    if (c->left >= 0) {
      c->left -= r;
    } else {
      c->have += (size_t)r;
      char *end = memmem(c->in, c->have, "\r\n\r\n", 4);
      if (!end) continue;
      long length = content_length(c->in, end);
      if (memcmp(c->in + 9, "200", 3) || length < 0) return -1;
      c->left = length - (long)(c->have - (size_t)(end + 4 - c->in));
      c->have = 0;
    }
    if (c->left <= 0) return 1;
  }
}
static int turn(struct connection *c) { /* 0 when the connection is broken */
  if (!c->up) {
    if (tls) {
      int r = SSL_do_handshake(c->tls);
      if (r != 1) {
        int e = SSL_get_error(c->tls, r);
        ERR_clear_error();
        return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE;
      }
    }
    c->up = 1;
    if (!anew) c->asked = nanoseconds();
    return ask(c);
  }
  if (!push(c)) return 0;
  int got = take(c);
  if (got <= 0) return got == 0;
  uint64_t now = nanoseconds();
  if (now >= from && now < until) {
    answered++;
    record(now - c->asked);
  }
  if (anew) {
    disconnect(c);
    connect_anew(c);
    return 1;
  }
  c->asked = now;
  return ask(c);
}
static void prepare(void) {
  requests = calloc((size_t)paths, sizeof *requests);
  sizes = calloc((size_t)paths, sizeof *sizes);
  for (int i = 0; i < paths; i++) {
    char path[64] = "/";
    if (paths > 1) sprintf(path, "/svc%03d/item", i);
    requests[i] = malloc(8192);
    sizes[i] = (size_t)sprintf(requests[i],
                               "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: loadgen\r\nAccept: */*\r\n%s\r\n",
                               path, host, fields);
  }
}
int main(int argc, char **argv) {
  begin();
  for (int o; (o = getopt(argc, argv, "p:a:c:d:w:nP:H:C:K:A:")) != -1;) switch (o) {
      case 'p': port = atoi(optarg); break;
      case 'a': host = optarg; break;
      case 'c': connections = atoi(optarg); break;
      case 'd': seconds = atof(optarg); break;
      case 'w': warm = atof(optarg); break;
      case 'n': anew = 1; break;
      case 'P': paths = atoi(optarg); break;
      case 'H': strcat(strcat(fields, optarg), "\r\n"); break;
      case 'C': cert = optarg; break;
      case 'K': key = optarg; break;
      case 'A': ca = optarg; break;
      default: return 2;
    }
  if (cert) tls = tls_context(0, cert, key, ca);
  prepare();
  poll = epoll_create1(0);
  struct connection *all = calloc((size_t)connections, sizeof *all);
  from = nanoseconds() + (uint64_t)(warm * 1e9);
  until = from + (uint64_t)(seconds * 1e9);
  for (int i = 0; i < connections; i++) connect_anew(&all[i]);
  struct epoll_event events[EVENTS];
  while (nanoseconds() < until) {
    int n = epoll_wait(poll, events, EVENTS, 50);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (turn(c)) continue;
      failed++;
      disconnect(c);
      if (failed > 1000) fail("too many requests fail");
      connect_anew(c);
    }
  }
  printf("{\"answered\":%lu,\"failed\":%lu,\"opened\":%lu,\"seconds\":%.3f,\"p50\":%.1f,\"p99\":%.1f}\n",
         (unsigned long)answered, (unsigned long)failed, (unsigned long)opened, seconds, percentile(.5),
         percentile(.99));
}
