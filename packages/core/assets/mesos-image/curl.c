/* libcurl under the version of its symbols with which the library of Mesos was linked. Every call goes to the distribution's libcurl. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;

static void *find(const char *name) {
    if (!library) {
        library = dlopen("/usr/lib/x86_64-linux-gnu/libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
        if (!library) {
            fprintf(stderr, "libcurl: %s\n", dlerror());
            abort();
        }
    }
    return dlsym(library, name);
}

long curl_global_init(long flags) { return ((long (*)(long))find("curl_global_init"))(flags); }
void *curl_easy_init(void) { return ((void *(*)(void))find("curl_easy_init"))(); }
void curl_easy_cleanup(void *handle) { ((void (*)(void *))find("curl_easy_cleanup"))(handle); }
int curl_easy_perform(void *handle) { return ((int (*)(void *))find("curl_easy_perform"))(handle); }
int curl_easy_setopt(void *handle, int option, void *value) {
    return ((int (*)(void *, int, ...))find("curl_easy_setopt"))(handle, option, value);
}
int curl_easy_getinfo(void *handle, int info, void *value) {
    return ((int (*)(void *, int, ...))find("curl_easy_getinfo"))(handle, info, value);
}
const char *curl_easy_strerror(int code) { return ((const char *(*)(int))find("curl_easy_strerror"))(code); }
