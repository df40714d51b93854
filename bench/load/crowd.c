/* Load generator: many phones on separate ports, 50 packets per second each, spread evenly.
 *
 *     crowd PHONES SECONDS PAYLOAD_TYPE ROOM TALKERS SOUNDS
 *
 * SOUNDS is a file: 50 frames of 160 bytes of speech, then 50 of silence. Of every ROOM phones the first TALKERS talk.
 * Prints the phones' ports, reads the ports to send to until the end of the input (the last one is that of all further
 * phones), sends; prints one line of JSON with the number of packets sent, received, and missing in the received
 * sequences. A packet that overtakes another one is not missing: rtpengine sends transcoded packets by two threads.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PHONES = 8192, FRAMES = 50, SOUND = 160, HEADER = 12, EVENTS = 1024, JUMP = 1000 };

static int ends[PHONES], expected[PHONES];
static uint8_t sounds[2][FRAMES][SOUND];
static uint64_t sent, received, missing;
static int64_t settled; /* start of the measurement; earlier losses are not counted */

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void hear(int phone) {
    uint8_t packet[2048];
    int counts = settled && now() > settled;
    while (recv(ends[phone], packet, sizeof packet, MSG_DONTWAIT) > HEADER) {
        uint16_t number = packet[2] << 8 | packet[3];
        int16_t ahead = number - expected[phone];
        received++;
        if (expected[phone] >= 0 && ahead < 0 && ahead > -JUMP) { /* late: its loss was counted, unless before `settled` */
            missing -= counts && missing > 0;
            continue;
        }
        if (counts && expected[phone] >= 0) missing += ahead >= 0 && ahead < JUMP ? ahead : 1;
        expected[phone] = (uint16_t)(number + 1);
    }
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    int phones = atoi(argv[1]), payload = atoi(argv[3]), room = atoi(argv[4]), talkers = atoi(argv[5]), target;
    struct rlimit files = {PHONES + 64, PHONES + 64};
    setrlimit(RLIMIT_NOFILE, &files);
    int file = open(argv[6], O_RDONLY), poll = epoll_create1(0);
    if (phones > PHONES || read(file, sounds, sizeof sounds) != sizeof sounds) return 2;
    for (int i = 0; i < phones; i++) {
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof here;
        ends[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (bind(ends[i], (struct sockaddr *)&here, sizeof here)) return 1;
        getsockname(ends[i], (struct sockaddr *)&here, &length);
        printf("%d%c", ntohs(here.sin_port), i + 1 == phones ? '\n' : ' ');
        epoll_ctl(poll, EPOLL_CTL_ADD, ends[i], &(struct epoll_event){.events = EPOLLIN, .data.u32 = i});
        expected[i] = -1;
    }
    fflush(stdout);
    if (scanf("%d", &target) != 1) return 2;
    for (int i = 0; i < phones; i++) {
        struct sockaddr_in to = {
            .sin_family = AF_INET, .sin_port = htons(target), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        connect(ends[i], (struct sockaddr *)&to, sizeof to);
        if (scanf("%d", &target) == 0) return 2;
    }
    settled = now() + 2000000000;
    int64_t begin = now(), length = atof(argv[2]) * 1e9, done = 0;
    for (int64_t t = 0; t < length + 200000000; t = now() - begin) {
        int64_t due = (t < length ? t : length) * phones / 20000000;
        for (; done < due; done++) {
            int phone = done % phones;
            uint32_t frame = done / phones;
            uint8_t packet[HEADER + SOUND];
            uint32_t head[3] = {htonl(0x80000000u | payload << 16 | (frame & 0xFFFF)), htonl(frame * 160), htonl(phone + 1)};
            memcpy(packet, head, sizeof head);
            memcpy(packet + HEADER, sounds[phone % room >= talkers][(frame + phone) % FRAMES], SOUND);
            if (payload == 9) memcpy(packet + HEADER, sounds[phone % room >= talkers][frame % FRAMES], SOUND);
            sent += send(ends[phone], packet, sizeof packet, 0) > 0;
        }
        struct epoll_event events[EVENTS];
        for (int count = EVENTS; count == EVENTS;) {
            count = epoll_wait(poll, events, EVENTS, 0);
            for (int i = 0; i < count; i++) hear(events[i].data.u32);
        }
        usleep(1000);
    }
    printf("{\"sent\": %lu, \"received\": %lu, \"missing\": %lu}\n", sent, received, missing);
    return 0;
}
