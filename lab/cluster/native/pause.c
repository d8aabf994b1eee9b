/*
 * `pause COMMAND...`: stops itself, and becomes the command when it is continued. Chaos Mesh's daemon moves it into a
 * container's cgroup in between. Without a command it sleeps until it is ended: the container of a pod's sandbox.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal_number) { _exit(128 + signal_number); }

static void reap(int signal_number) {
  (void)signal_number;
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static void sleep_until_ended(void) {
  signal(SIGTERM, end);
  signal(SIGINT, end);
  signal(SIGCHLD, reap);
  for (;;) pause();
}

int main(int argc, char **argv) {
  if (argc < 2) sleep_until_ended();
  raise(SIGSTOP);
  execvp(argv[1], argv + 1);
  perror(argv[1]);
  return 127;
}
