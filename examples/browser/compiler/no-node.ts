// Stands where the compiler names modules of Node, none of which it asks for in a browser.

export default {};
