/* Lower bound for the media engine: receives all packets every 20 ms and sends each back to its source unchanged.
 * Prints the port it listens on. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 1024, SIZE = 1536, ROUND = 20000000 };

int main(void) {
    static uint8_t packets[BATCH][SIZE];
    static struct iovec parts[BATCH];
    static struct sockaddr_in peers[BATCH];
    static struct mmsghdr messages[BATCH];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int end = socket(AF_INET, SOCK_DGRAM, 0), size = 16 << 20;
    setsockopt(end, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    if (bind(end, (struct sockaddr *)&here, sizeof here)) return 1;
    getsockname(end, (struct sockaddr *)&here, &length);
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (;;) {
        due.tv_nsec += ROUND;
        if (due.tv_nsec >= 1000000000) due.tv_nsec -= 1000000000, due.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        for (int count = BATCH; count == BATCH;) {
            for (int i = 0; i < BATCH; i++) {
                parts[i] = (struct iovec){packets[i], SIZE};
                messages[i].msg_hdr = (struct msghdr){
                    .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
            }
            count = recvmmsg(end, messages, BATCH, MSG_DONTWAIT, NULL);
            for (int i = 0; i < count; i++) parts[i].iov_len = messages[i].msg_len;
            for (int done = 0; done < count;) {
                int sent = sendmmsg(end, messages + done, count - done, 0);
                done += sent > 0 ? sent : 1;
            }
        }
    }
}
