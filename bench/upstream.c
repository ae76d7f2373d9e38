/* The application behind every proxy: answers each request with 200 and 1 KB.
   usage: upstream PORT [CERT KEY CA]     (with the three: mutual TLS 1.3) */
#include "wire.h"

enum { BODY = 1024, ROOM = 16384 };
struct connection {
  int fd, up;
  SSL *tls;
  size_t have, owed; /* bytes of requests read; bytes of answers still to send */
  char in[ROOM];
};
static char answer[BODY + 128];
static size_t answer_size;

static void render(void) {
  int head = sprintf(answer,
                     "HTTP/1.1 200 OK\r\nServer: upstream\r\nContent-Type: text/plain\r\n"
                     "Content-Length: %d\r\n\r\n",
                     BODY);
  memset(answer + head, 'x', BODY);
  answer_size = (size_t)head + BODY;
}
static int settle(struct connection *c) { /* sends what is owed; 0 when the peer is gone */
  while (c->owed) {
    size_t rest = (c->owed - 1) % answer_size + 1;
    ssize_t w = transmit(c->fd, c->tls, answer + answer_size - rest, rest);
    if (w == BLOCKED) return 1;
    if (w <= 0) return 0;
    c->owed -= (size_t)w;
  }
  return 1;
}
static int serve(struct connection *c) { /* 0 when the connection is over */
  if (c->tls && !c->up) {
    int r = SSL_do_handshake(c->tls);
    if (r != 1) {
      int e = SSL_get_error(c->tls, r);
      ERR_clear_error();
      return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE;
    }
    c->up = 1;
  }
  for (;;) {
    ssize_t r = receive(c->fd, c->tls, c->in + c->have, ROOM - c->have);
    if (r == BLOCKED) return settle(c);
    if (r <= 0) return 0;
    c->have += (size_t)r;
    char *end;
    while ((end = memmem(c->in, c->have, "\r\n\r\n", 4))) {
      size_t used = (size_t)(end + 4 - c->in);
      memmove(c->in, c->in + used, c->have - used);
      c->have -= used;
      c->owed += answer_size;
    }
    if (c->have == ROOM || !settle(c)) return 0;
    if (!c->tls && r < ROOM / 2) return 1; /* a short read has drained the socket */
  }
}
int main(int argc, char **argv) {
  begin();
  render();
  if (argc != 2 && argc != 5) return 2;
  SSL_CTX *tls = argc == 5 ? tls_context(1, argv[2], argv[3], argv[4]) : NULL;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1, poll = epoll_create1(0);
  struct sockaddr_in at = loopback(atoi(argv[1]));
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 4096)) fail("listen");
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
  for (;;) {
    int n = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c) {
        int fd;
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          c = calloc(1, sizeof *c);
          c->fd = fd;
          if (tls) {
            c->tls = SSL_new(tls);
            SSL_set_fd(c->tls, fd);
            SSL_set_accept_state(c->tls);
          }
          e = (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
          epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
        }
      } else if (!serve(c)) {
        SSL_free(c->tls);
        close(c->fd);
        free(c);
      }
    }
  }
}
