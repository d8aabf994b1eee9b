/*
 * First process of the lab's machine: takes in orphans, starts one program, and when that ends or a signal asks for it, ends.
 * With it the kernel ends every other process of its PID namespace.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t main_pid;

static void pass_on(int signal_number) {
  if (main_pid > 0) kill(main_pid, signal_number);
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  signal(SIGTERM, pass_on);
  signal(SIGINT, pass_on);
  main_pid = fork();
  if (main_pid < 0) return 71;
  if (main_pid == 0) {
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  for (;;) {
    int status;
    pid_t ended = wait(&status);
    if (ended == main_pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
}
