// Runs the master, the agent and the containerizer of Apache Mesos 1.11.0 that are inside the shared library of its scheduler driver, under
// the names mesos-master, mesos-agent and mesos-containerizer and with their usual flags.
//
// The library has all of Mesos, but no `main` of its daemons, and its headers are not published with it. So this program does what
// those mains do: it makes the parts in their order, by the names of their constructors, as the Itanium C++ ABI has them. Objects of
// Mesos are memory that is large enough, which their constructors fill. Tied to this one version; for tests and demonstrations.
#include <dlfcn.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

using std::string;

// std::string in a mangled name.
#define STRING "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"

// Symbols of the Python binding that the library is part of, which nothing here uses.
extern "C" {
void *PyExc_Exception, *PyExc_TypeError;
char _Py_NoneStruct[64];
}

static void *library;

static void *symbol(const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "mesos: the library has no symbol %s\n", name);
    exit(70);
  }
  return found;
}

template <class... Arguments>
static long call(const char *name, Arguments... arguments) {
  return ((long (*)(Arguments...))symbol(name))(arguments...);
}

static void *object(size_t size) { return calloc(1, size); }

// Option<T> of Mesos: 0 for a value, 1 for none, and then the value, aligned.
struct OptionalString {
  int isNone = 1;
  alignas(8) char value[sizeof(string)] = {0};
  OptionalString() {}
  explicit OptionalString(const string &text) {
    if (text.empty()) return;
    isNone = 0;
    new (value) string(text);
  }
};

struct OptionalPointer {
  int isNone = 1;
  void *value = nullptr;
};

struct OptionalDuration {
  int isNone = 0;
  long long nanoseconds;
  explicit OptionalDuration(long long given) : nanoseconds(given) {}
};

// zookeeper::Authentication is the scheme and the credentials.
struct OptionalAuthentication {
  int isNone = 1;
  alignas(8) char scheme[sizeof(string)] = {0};
  char credentials[sizeof(string)] = {0};
  explicit OptionalAuthentication(const string &given) {
    if (given.empty()) return;
    isNone = 0;
    new (scheme) string("digest");
    new (credentials) string(given);
  }
};

struct OptionalShared {
  int isNone = 1;
  void *value[2] = {nullptr, nullptr};
};

// Any other Option that is none.
struct Nothing {
  int isNone = 1;
  alignas(8) char space[64] = {0};
};

// Try<T*>: an Option of the value, and an Option of the error.
struct TryPointer {
  int isNone;
  void *value;
  int isGood;
  alignas(8) char error[32];
  void *get(const char *what) {
    if (isNone == 0) return value;
    fprintf(stderr, "mesos: %s: %s\n", what, isGood == 0 ? ((string *)error)->c_str() : "failed");
    exit(71);
  }
};

static TryPointer nothingYet() {
  TryPointer made;
  memset(&made, 0, sizeof made);
  return made;
}

// The base class of all flags is a virtual one: its offset is in the table of virtual functions.
static char *flagsBase(void *flags) {
  long *table = *(long **)flags, best = 0;
  for (int place = 3; place <= 6; place++) {
    long offset = table[-place];
    if (offset > best && offset < 65536 && offset % 8 == 0) best = offset;
  }
  return (char *)flags + best;
}

static void loadFlags(void *flags, const char *prefix, int count, char **words) {
  OptionalString environment{string(prefix)};
  // Try<Warnings>: 32 bytes of warnings, then the error.
  alignas(8) char result[512] = {0};
  call("_ZN5flags9FlagsBase4loadERK6OptionI" STRING "EiPKPKcbb", (void *)result, (void *)flagsBase(flags), (void *)&environment,
       (long)count, (void *)words, 0L, 0L);
  if (*(int *)result == 0) return;
  fprintf(stderr, "mesos: %s\n", *(int *)(result + 32) == 0 ? ((string *)(result + 40))->c_str() : "a flag is wrong");
  exit(64);
}

// A flag's value as this program itself needs it; `file:` names a file that holds it.
static string flag(int count, char **words, const char *name, const char *otherwise = "") {
  string prefix = string("--") + name + "=", value = otherwise;
  for (int i = 1; i < count; i++)
    if (!strncmp(words[i], prefix.c_str(), prefix.size())) value = words[i] + prefix.size();
  if (value.rfind("file://", 0) != 0) return value;
  std::ifstream file(value.substr(7));
  string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  while (!text.empty() && isspace((unsigned char)text.back())) text.pop_back();
  return text;
}

static void run(void *process) {
  void *base = (char *)process + (*(long **)process)[-3];
  alignas(8) char id[512] = {0};
  call("_ZN7process5spawnEPNS_11ProcessBaseEb", (void *)id, base, 0L);
  long long forever = -1000000000LL;
  call("_ZN7process4waitERKNS_4UPIDERK8Duration", (void *)id, (void *)&forever);
}

static void startNetwork(int count, char **words, const char *process, const char *port, const string &realm) {
  string ip = flag(count, words, "ip");
  if (!ip.empty()) setenv("LIBPROCESS_IP", ip.c_str(), 1);
  setenv("LIBPROCESS_PORT", flag(count, words, "port", port).c_str(), 1);
  OptionalString delegate{string(process)}, readWrite{realm + "-readwrite"}, readOnly{realm + "-readonly"};
  call("_ZN7process10initializeERK6OptionI" STRING "ES9_S9_", (void *)&delegate, (void *)&readWrite, (void *)&readOnly);
  // Answers /version.
  void *version = object(65536);
  call("_ZN5mesos8internal14VersionProcessC1Ev", version);
  alignas(8) char id[512] = {0};
  call("_ZN7process5spawnEPNS_11ProcessBaseEb", (void *)id, (void *)((char *)version + (*(long **)version)[-3]), 0L);
}

// Seconds of a flag such as `6secs`.
static long long nanosecondsOf(const string &text) { return (long long)(atof(text.c_str()) * 1e9); }

static void *detectorOf(const string &place, long long timeout) {
  OptionalString url{place}, none;
  OptionalDuration session{timeout};
  TryPointer made = nothingYet();
  call("_ZN5mesos6master8detector14MasterDetector6createERK6OptionI" STRING "ESC_RKS3_I8DurationE", (void *)&made, (void *)&url,
       (void *)&none, (void *)&session);
  return made.get("the detector of masters");
}

static int master(int count, char **words) {
  void *flags = object(65536);
  call("_ZN5mesos8internal6master5FlagsC1Ev", flags);
  loadFlags(flags, "MESOS_", count, words);
  string zk = flag(count, words, "zk"), folder = flag(count, words, "work_dir");
  long long timeout = nanosecondsOf(flag(count, words, "zk_session_timeout", "10secs"));
  if (zk.rfind("zk://", 0) != 0 || folder.empty()) {
    fprintf(stderr, "mesos: --zk=zk://... and --work_dir are needed\n");
    return 64;
  }
  startNetwork(count, words, "master", "5050", "mesos-master");

  void *allocator = object(64);
  call("_ZN5mesos8internal6master9allocator14MesosAllocatorINS2_28HierarchicalAllocatorProcessINS2_9DRFSorterES5_EEEC1Ev", allocator);

  // zk://user:password@host:port,.../path
  string rest = zk.substr(5), credentials;
  size_t at = rest.find('@');
  if (at != string::npos) credentials = rest.substr(0, at), rest = rest.substr(at + 1);
  size_t slash = rest.find('/');
  string servers = rest.substr(0, slash), replicas = rest.substr(slash) + "/log_replicas", path = folder + "/replicated_log";
  for (size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    mkdir(folder.substr(0, end).c_str(), 0755);
    if (end == string::npos) break;
  }
  OptionalAuthentication authentication{credentials};
  OptionalString metrics{string("registrar/")};
  void *log = object(64);
  call("_ZN5mesos3log3LogC1EiRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEES9_RK8DurationS9_RK6OptionIN9zookeeper14"
       "AuthenticationEEbRKSD_IS7_E",
       log, (long)atoi(flag(count, words, "quorum", "1").c_str()), (void *)&path, (void *)&servers, (void *)&timeout, (void *)&replicas,
       (void *)&authentication, 1L, (void *)&metrics);
  void *storage = object(64);
  call("_ZN5mesos5state10LogStorageC1EPNS_3log3LogEm", storage, log, 0L);
  void **state = (void **)object(64);
  state[0] = (char *)symbol("_ZTVN5mesos5state8protobuf5StateE") + 16;
  state[1] = storage;

  OptionalString readOnly{string("mesos-master-readonly")}, url{zk}, none;
  OptionalPointer noAuthorizer;
  void *registrar = object(256), *files = object(256);
  call("_ZN5mesos8internal6master9RegistrarC1ERKNS1_5FlagsEPNS_5state5StateERK6OptionI" STRING "E", registrar, flags, (void *)state,
       (void *)&readOnly);
  call("_ZN5mesos8internal5FilesC1ERK6OptionI" STRING "ERKS2_IPNS_10AuthorizerEE", files, (void *)&readOnly, (void *)&noAuthorizer);
  OptionalDuration session{timeout};
  TryPointer contender = nothingYet();
  call("_ZN5mesos6master9contender15MasterContender6createERK6OptionI" STRING "ESC_RKS3_I8DurationE", (void *)&contender, (void *)&url,
       (void *)&none, (void *)&session);
  void *contends = contender.get("the contender of masters"), *detector = detectorOf(zk, timeout);
  OptionalShared noLimit;
  void *process = object(1 << 18);
  call("_ZN5mesos8internal6master6MasterC1EPNS_9allocator9AllocatorEPNS1_9RegistrarEPNS0_5FilesEPNS_6master9contender15"
       "MasterContenderEPNSA_8detector14MasterDetectorERK6OptionIPNS_10AuthorizerEERKSH_ISt10shared_ptrIN7process11RateLimiterEEERKNS1_"
       "5FlagsE",
       process, allocator, registrar, files, contends, detector, (void *)&noAuthorizer, (void *)&noLimit, flags);
  run(process);
  return 0;
}

static int agent(int count, char **words) {
  void *flags = object(65536);
  call("_ZN5mesos8internal5slave5FlagsC1Ev", flags);
  loadFlags(flags, "MESOS_", count, words);
  string masters = flag(count, words, "master"), folder = flag(count, words, "work_dir");
  if (masters.empty() || folder.empty()) {
    fprintf(stderr, "mesos: --master and --work_dir are needed\n");
    return 64;
  }
  string id = "slave(1)";
  startNetwork(count, words, id.c_str(), "5051", "mesos-agent");

  void *fetcher = object(256), *collector = object(256), *files = object(256), *updates = object(256);
  call("_ZN5mesos8internal5slave7FetcherC1ERKNS1_5FlagsE", fetcher, flags);
  call("_ZN5mesos8internal5slave16GarbageCollectorC1ERK" STRING, collector, (void *)&folder);
  OptionalString none, readOnly{string("mesos-agent-readonly")};
  OptionalPointer noAuthorizer;
  TryPointer resolver = nothingYet(), containerizer = nothingYet(), estimator = nothingYet(), controller = nothingYet();
  call("_ZN5mesos14SecretResolver6createERK6OptionI" STRING "E", (void *)&resolver, (void *)&none);
  void *resolves = resolver.get("the resolver of secrets");
  call("_ZN5mesos8internal5slave13Containerizer6createERKNS1_5FlagsEbPNS1_7FetcherEPNS1_16GarbageCollectorEPNS_14SecretResolverEPNS1_16"
       "VolumeGidManagerEPNS0_20PendingFutureTrackerEPNS1_9CSIServerE",
       (void *)&containerizer, flags, 0L, fetcher, collector, resolves, (void *)0, (void *)0, (void *)0);
  void *contains = containerizer.get("the containerizer");
  void *detector = detectorOf(masters, 10000000000LL);
  call("_ZN5mesos8internal5FilesC1ERK6OptionI" STRING "ERKS2_IPNS_10AuthorizerEE", files, (void *)&readOnly, (void *)&noAuthorizer);
  call("_ZN5mesos8internal5slave23TaskStatusUpdateManagerC1ERKNS1_5FlagsE", updates, flags);
  call("_ZN5mesos5slave17ResourceEstimator6createERK6OptionI" STRING "E", (void *)&estimator, (void *)&none);
  call("_ZN5mesos5slave13QoSController6createERK6OptionI" STRING "E", (void *)&controller, (void *)&none);
  void *estimates = estimator.get("the estimator of resources"), *controls = controller.get("the controller of quality");
  void *noServer[4] = {nullptr, nullptr, nullptr, nullptr};
  Nothing noSocket;
  void *process = object(1 << 18);
  call("_ZN5mesos8internal5slave5SlaveC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS1_5FlagsEPNS_6master8detector14"
       "MasterDetectorEPNS1_13ContainerizerEPNS0_5FilesEPNS1_16GarbageCollectorEPNS1_23TaskStatusUpdateManagerEPNS_5slave17"
       "ResourceEstimatorEPNSQ_13QoSControllerEPNS_15SecretGeneratorEPNS1_16VolumeGidManagerEPNS0_20PendingFutureTrackerEON7process5"
       "OwnedINS1_9CSIServerEEERK6OptionINS11_7network8internal6SocketINS17_4unix7AddressEEEERKS16_IPNS_10AuthorizerEE",
       process, (void *)&id, flags, detector, contains, files, collector, updates, estimates, controls, (void *)0, (void *)0, (void *)0,
       (void *)noServer, (void *)&noSocket, (void *)&noAuthorizer);
  run(process);
  return 0;
}

// `mesos-containerizer launch`: becomes the process of a container.
static int containerizer(int count, char **words) {
  if (count < 2 || strcmp(words[1], "launch")) {
    fprintf(stderr, "mesos-containerizer: only 'launch' is there\n");
    return 64;
  }
  char *command = (char *)object(65536), *sample = (char *)object(65536);
  *(void **)command = (char *)symbol("_ZTVN5mesos8internal5slave24MesosContainerizerLaunchE") + 16;
  new (command + 8) string("launch");
  const char *constructor = "_ZN5mesos8internal5slave24MesosContainerizerLaunch5FlagsC1Ev";
  call(constructor, (void *)sample);
  // The command returns the base of its flags; the flags themselves begin before it.
  long offset = flagsBase(sample) - sample;
  char *flags = (char *)call("_ZN5mesos8internal5slave24MesosContainerizerLaunch8getFlagsEv", (void *)command) - offset;
  call(constructor, (void *)flags);
  loadFlags(flags, "MESOS_CONTAINERIZER_", count - 1, words + 1);
  return (int)call("_ZN5mesos8internal5slave24MesosContainerizerLaunch7executeEv", (void *)command);
}

int main(int count, char **words) {
  string name = basename(strdup(words[0]));
  library = dlopen("_scheduler.so", RTLD_LAZY | RTLD_GLOBAL);
  if (!library) {
    fprintf(stderr, "mesos: %s\n", dlerror());
    return 69;
  }
  if (name == "mesos-master") return master(count, words);
  if (name == "mesos-agent") return agent(count, words);
  if (name == "mesos-containerizer") return containerizer(count, words);
  fprintf(stderr, "mesos: its name is mesos-master, mesos-agent or mesos-containerizer\n");
  return 64;
}
