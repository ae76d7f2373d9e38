/* What one turn of an event loop costs with the C library: send, epoll wait, receive. The twin of
 * runtime/crates/proxy/examples/turn.rs; bench/wrapper.py runs both. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { SIZE = 256, EVENTS = 512, ROOM = 16 * 1024 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  long turns = argc > 1 ? atol(argv[1]) : 100000;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) return 1;
  int poll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, pair[1], &wanted) < 0) return 1;
  static char message[SIZE], input[ROOM];
  static struct epoll_event events[EVENTS];
  memset(message, 'x', sizeof message);
  double before = now();
  for (long at = 0; at < turns; at++) {
    if (send(pair[0], message, sizeof message, MSG_NOSIGNAL) != SIZE) return 1;
    if (epoll_wait(poll, events, EVENTS, 5000) < 1) return 1;
    if (recv(pair[1], input, sizeof input, 0) != SIZE) return 1;
  }
  printf("%f\n", (now() - before) / (double)turns);
  return 0;
}
