// Command kubernetes is the control plane that tests need, in one static program: the API server, the controllers and the
// store. It is chosen by its first argument, or by the name that the program is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	programs := map[string]func(){
		"kube-apiserver":          func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
		"kube-controller-manager": func() { os.Exit(cli.Run(controllers.NewControllerManagerCommand())) },
		"etcd":                    func() { etcdmain.Main(os.Args) },
	}
	run, known := programs[filepath.Base(os.Args[0])]
	if !known && len(os.Args) > 1 {
		if run, known = programs[os.Args[1]]; known {
			os.Args = os.Args[1:]
		}
	}
	if !known {
		fmt.Fprintln(os.Stderr, "usage: kubernetes kube-apiserver|kube-controller-manager|etcd ...")
		os.Exit(2)
	}
	run()
}
