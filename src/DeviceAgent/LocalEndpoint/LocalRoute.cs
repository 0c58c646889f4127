using Microsoft.AspNetCore.Http;

namespace DeviceAgent.LocalEndpoint;

/// <summary>What answers a method and a path.</summary>
internal sealed record LocalRoute(string Method, string Path, RouteGuard Guard, RequestDelegate Handle);
