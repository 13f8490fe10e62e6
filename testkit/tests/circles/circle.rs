//! Files that import each other.

use std::path::Path;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::imports::imports;
use crate::module::Crate;

/// The circles in the crate with this root file: for each, which of its files imports which. Paths
/// are shown from `folder` on.
pub(crate) fn circles(root: &Path, folder: &Path) -> Vec<String> {
    let all = Crate::read(root);
    let mut graph = DiGraph::new();
    for file in &all.files {
        graph.add_node(file.path.strip_prefix(folder).unwrap_or(&file.path).display().to_string());
    }
    for (number, file) in all.files.iter().enumerate() {
        for imported in imports(&all, file) {
            if imported != number {
                graph.add_edge(NodeIndex::new(number), NodeIndex::new(imported), ());
            }
        }
    }
    let mut circles = tarjan_scc(&graph);
    circles.retain(|circle| circle.len() > 1);
    circles.iter().map(|circle| told(&graph, circle)).collect()
}

fn told(graph: &DiGraph<String, ()>, circle: &[NodeIndex]) -> String {
    let mut lines = Vec::new();
    for file in circle {
        for imported in graph.neighbors(*file).filter(|imported| circle.contains(imported)) {
            lines.push(format!("{} imports {}\n", graph[*file], graph[imported]));
        }
    }
    lines.sort();
    lines.concat()
}
