/* What the load generator and the upstream share: loopback sockets, mutual TLS 1.3, a clock. */
#ifndef WIRE_H
#define WIRE_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}
static inline void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}
static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}
static inline void begin(void) {
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* ends with the program that started it */
}
/* One cipher and one curve, no resumption: every peer does the same work. */
static inline SSL_CTX *tls_context(int server, const char *cert, const char *key, const char *ca) {
  SSL_CTX *c = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(c, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set1_groups_list(c, "P-256");
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  if (SSL_CTX_use_certificate_chain_file(c, cert) != 1 ||
      SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_load_verify_locations(c, ca, NULL) != 1) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | (server ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
  return c;
}
enum { BLOCKED = -1, BROKEN = -2 };
static inline ssize_t receive(int fd, SSL *tls, void *to, size_t n) {
  if (!tls) {
    ssize_t r = recv(fd, to, n, 0);
    return r >= 0 ? r : errno == EAGAIN ? BLOCKED : BROKEN;
  }
  int r = SSL_read(tls, to, (int)n);
  if (r > 0) return r;
  int e = SSL_get_error(tls, r);
  ERR_clear_error();
  return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? BLOCKED
         : e == SSL_ERROR_ZERO_RETURN                          ? 0
                                                               : BROKEN;
}
static inline ssize_t transmit(int fd, SSL *tls, const void *from, size_t n) {
  if (!tls) {
    ssize_t r = send(fd, from, n, MSG_NOSIGNAL);
    return r >= 0 ? r : errno == EAGAIN ? BLOCKED : BROKEN;
  }
  int r = SSL_write(tls, from, (int)n);
  if (r > 0) return r;
  int e = SSL_get_error(tls, r);
  ERR_clear_error();
  return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? BLOCKED : BROKEN;
}
/* Content-Length of a head that ends at `end`; -1 where there is none. */
static inline long content_length(const char *head, const char *end) {
  for (const char *line = head; line < end;) {
    const char *next = memchr(line, '\n', (size_t)(end - line));
    if (!strncasecmp(line, "content-length:", 15)) return strtol(line + 15, NULL, 10);
    line = next ? next + 1 : end;
  }
  return -1;
}
#endif
