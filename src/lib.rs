#![doc = include_str!("ARCHITECTURE.md")]

// In reading order: what a walk is, who makes one, who keeps one, who shows one.
pub mod walk;
pub mod words;

pub mod picture_file;

pub mod drawings;

pub mod library;

pub mod engine;

pub mod train;

pub mod recording;

pub mod compare;
pub mod lesson;

pub mod source;

pub mod export;
pub mod print;

pub mod app;
pub mod views;

pub mod dialogue;

pub mod terminal;

pub mod cli;
pub mod commands;
