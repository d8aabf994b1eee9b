/*
 * `nsexec [-l] [-m PATH] [-n PATH] [-i PATH] [-p PATH] -- COMMAND...`: runs the command in the given namespaces, and ends as it
 * ends. This is the command line by which Chaos Mesh's daemon enters a container. With -l the command is opened before the
 * mount namespace changes, so that it may lie outside.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t child_pid;

static void fail(const char *what) {
  fprintf(stderr, "nsexec: %s: %s\n", what, strerror(errno));
  exit(126);
}

static void pass_on(int signal_number) {
  if (child_pid > 0) kill(child_pid, signal_number);
}

static int open_namespace(const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path);
  return descriptor;
}

/* Looks the command up as the shell would, while our own files are still in sight. */
static int open_command(const char *name) {
  if (strchr(name, '/') != NULL) return open(name, O_PATH | O_CLOEXEC);
  char *folders = strdup(getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin");
  for (char *folder = strtok(folders, ":"); folder != NULL; folder = strtok(NULL, ":")) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (access(path, X_OK) == 0) return open(path, O_PATH | O_CLOEXEC);
  }
  errno = ENOENT;
  return -1;
}

static void become(int command, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (command >= 0) execveat(command, "", argv, environ, AT_EMPTY_PATH);
  else execvp(argv[0], argv);
  fail(argv[0]);
}

int main(int argc, char **argv) {
  static const struct { int option; int flag; } kinds[] = {{'i', CLONE_NEWIPC}, {'n', CLONE_NEWNET}, {'p', CLONE_NEWPID}, {'m', CLONE_NEWNS}};
  int namespaces[4] = {-1, -1, -1, -1};
  int keeps_files = 0;
  int option;
  while ((option = getopt(argc, argv, "+lm:n:i:p:")) != -1) {
    if (option == 'l') keeps_files = 1;
    for (int kind = 0; kind < 4; kind++)
      if (kinds[kind].option == option) namespaces[kind] = open_namespace(optarg);
  }
  if (optind >= argc) return 64;
  int command = keeps_files ? open_command(argv[optind]) : -1;
  if (keeps_files && command < 0) fail(argv[optind]);
  for (int kind = 0; kind < 4; kind++)
    if (namespaces[kind] >= 0 && setns(namespaces[kind], kinds[kind].flag) != 0) fail("setns");
  if (namespaces[2] < 0) become(command, argv + optind);

  /* Only children are in a PID namespace that was entered. */
  signal(SIGTERM, pass_on);
  signal(SIGINT, pass_on);
  child_pid = fork();
  if (child_pid < 0) fail("fork");
  if (child_pid == 0) {
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    become(command, argv + optind);
  }
  int status;
  while (waitpid(child_pid, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
